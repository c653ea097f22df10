package console

import "preau/ui/web"

// mountPartners mounts the partnerships of an establishment.
func mountPartners(c web.Router) {
}
