package console

import "preau/ui/web"

// mountGroupSheets mounts the pages of groups, and the « Corbeille ».
func mountGroupSheets(c web.Router) {
}
