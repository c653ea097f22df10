package console

import "preau/ui/web"

// requestsHome is the address of the module Demandes.
const requestsHome = "/console/demandes"

// requestsFrame is the frame of the pages of the module that are not the list.
func requestsFrame(v *web.Visit, crumbs ...web.Link) *web.Frame {
	return &web.Frame{Modules: modules(v), Change: "/console/etablissements", Tools: requestsTools(v), Crumbs: append([]web.Link{{Label: "Demandes", URL: requestsHome, Here: len(crumbs) == 0}}, crumbs...)}
}

// requestsTools are the commands of the module's toolbar.
func requestsTools(v *web.Visit) []web.Tool {
	return []web.Tool{
		{Label: "Actualiser", Icon: "arrow-clockwise", URL: v.OriginalURL()},
		{Label: "Nouvelle demande", Icon: "plus-lg", URL: requestsHome + "/nouvelle"},
	}
}
