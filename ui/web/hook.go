package web

import "github.com/gofiber/fiber/v2"

// HookPath is what the addresses of hooks of JIRA begin with, before their token.
const HookPath = "/crochets/jira/"

// Hook takes what a JIRA says has changed.
func Hook(v *Visit) error {
	if err := v.Appliance.HookTold(v.Part("jeton"), v.Ctx.Get("X-Hub-Signature"), v.Body()); err != nil {
		return err
	}
	return v.SendStatus(fiber.StatusNoContent)
}
