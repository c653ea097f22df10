package console

import "preau/ui/web"

// mountGroups mounts the screens where groups are made and filled.
func mountGroups(c web.Router) {
}
