package console

import "preau/ui/web"

// mountPartners mounts the partnerships of an establishment.
func mountPartners(c web.Router) {
}

func sharedTabs(uai, here string) web.Tabs {
	t := web.Tabs{Label: "Groupes multi-établissements"}
	for _, tab := range []web.Tab{{Key: "partenaires", Label: "Établissements partenaires"}, {Key: "droits", Label: "Gestion des groupes"}, {Key: "peuplement", Label: "Peuplement des groupes"}} {
		tab.URL = groupsAt(uai) + "/partages/" + tab.Key
		tab.Here = here == "/partages/"+tab.Key
		t.Tabs = append(t.Tabs, tab)
	}
	return t
}
