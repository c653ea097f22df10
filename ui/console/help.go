package console

import "preau/ui/web"

func showShortcuts(v *web.Visit) error {
	return v.Show("console/shortcuts", "Raccourcis", plainFrame(v, web.Link{Label: "Administration", URL: "/console"}, web.Link{Label: "Raccourcis", Here: true}), nil)
}
