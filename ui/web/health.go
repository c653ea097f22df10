package web

import (
	"fmt"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"

	"preau/app"
)

// Contain keeps a panic of a handler from ending the process: it is an internal
// error like another.
func (s *Site) Contain(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.Appliance.Log().Error().Interface("panique", r).Bytes("pile", debug.Stack()).Str("chemin", c.Path()).Msg("requête interrompue")
			err = s.Fail(c, fmt.Errorf("panique : %v", r))
		}
	}()
	return c.Next()
}

// Health says in JSON whether the appliance is well.
func (s *Site) Health(c *fiber.Ctx) error {
	waiting, err := s.Appliance.MailQueue()
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"status": "ok", "version": app.Version, "index_lag": s.Appliance.Store.Lag(), "mail_queue": waiting})
}
