// Package ui assembles the server of the appliance.
package ui

import (
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"preau/ui/console"
	"preau/ui/portal"
	"preau/ui/web"
)

// routes is the map of the site.
func routes(server *fiber.App, site *web.Site) {
	server.Use(site.Contain)
	server.Get("/a/*", site.Views.Asset)
	server.Get("/sante", site.Health)

	site.Machine(server).Post(web.HookPath+":jeton", web.Hook)
	portal.Mount(site.Public(server), site.Signed(server))
	console.Mount(site.Console(server.Group("/console")))

	server.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
}

// allow bounds the body of each request before it is read. The server streams
// bodies, and leaves it to whoever reads one to stop there and not to wait for
// ever: the guard of forms, Receive, ReceiveFiles.
func allow(site *web.Site) func(*fasthttp.RequestHeader) fasthttp.RequestConfig {
	return func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		most, ok := console.UploadMost(string(h.RequestURI()))
		if web.CarriesFiles(h) {
			most, ok = web.FilesBytes, true
		}
		if ok && string(h.Method()) == fiber.MethodPost && site.Opens(h) {
			return fasthttp.RequestConfig{MaxRequestBodySize: most}
		}
		return fasthttp.RequestConfig{MaxRequestBodySize: web.FormBytes}
	}
}
