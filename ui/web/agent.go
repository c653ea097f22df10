package web

import "strings"

// browsers and systems are told by a word of what a browser says of itself, the
// most particular first: all of them claim to be others.
var (
	browsers = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}}
	systems  = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "Chromebook"}, {"Macintosh", "Mac"}, {"Linux", "Linux"}}
)

// Browser names a browser as people do, from its User-Agent: « Firefox sur
// Windows ».
func Browser(agent string) string {
	named := func(words [][2]string) string {
		for _, w := range words {
			if strings.Contains(agent, w[0]) {
				return w[1]
			}
		}
		return ""
	}
	browser, system := named(browsers), named(systems)
	switch {
	case browser == "" && system == "":
		return "Navigateur inconnu"
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + " sur " + system
}
