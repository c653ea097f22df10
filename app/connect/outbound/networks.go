package outbound

import "net/netip"

// A Category is the kind of network that a refused address belongs to.
type Category string

// The categories, which the journal and the tests rely on.
const (
	Malformed     Category = "malformed"     // no IP address over TCP
	Unspecified   Category = "unspecified"   // 0.0.0.0/8, ::
	Loopback      Category = "loopback"      // this machine
	Private       Category = "private"       // RFC 1918, fc00::/7, fec0::/10
	LinkLocal     Category = "link-local"    // cloud metadata among them; any address with a zone
	CGNAT         Category = "cgnat"         // shared by a provider's customers
	Multicast     Category = "multicast"     // and broadcast groups
	Documentation Category = "documentation" // examples of books, benchmarks
	Reserved      Category = "reserved"      // nothing public is there
	Embedded      Category = "embedded"      // IPv6 that carries an IPv4 address
	Metadata      Category = "metadata"      // of a cloud, at a public address
	Public        Category = "public"        // the Internet, where Inside keeps from it
)

// networks are those that nothing of the public Internet is in. The first that
// holds an address gives its category.
var networks = []struct {
	prefix   netip.Prefix
	category Category
}{
	{netip.MustParsePrefix("0.0.0.0/8"), Unspecified},
	{netip.MustParsePrefix("127.0.0.0/8"), Loopback},
	{netip.MustParsePrefix("10.0.0.0/8"), Private},
	{netip.MustParsePrefix("172.16.0.0/12"), Private},
	{netip.MustParsePrefix("192.168.0.0/16"), Private},
	{netip.MustParsePrefix("169.254.0.0/16"), LinkLocal},
	{netip.MustParsePrefix("100.64.0.0/10"), CGNAT},
	{netip.MustParsePrefix("168.63.129.16/32"), Metadata},
	{netip.MustParsePrefix("192.0.2.0/24"), Documentation},
	{netip.MustParsePrefix("198.51.100.0/24"), Documentation},
	{netip.MustParsePrefix("203.0.113.0/24"), Documentation},
	{netip.MustParsePrefix("198.18.0.0/15"), Documentation},
	{netip.MustParsePrefix("192.0.0.0/24"), Reserved},
	{netip.MustParsePrefix("192.88.99.0/24"), Reserved},
	{netip.MustParsePrefix("224.0.0.0/4"), Multicast},
	{netip.MustParsePrefix("240.0.0.0/4"), Reserved},

	{netip.MustParsePrefix("::/128"), Unspecified},
	{netip.MustParsePrefix("::1/128"), Loopback},
	{netip.MustParsePrefix("::/96"), Embedded},
	{netip.MustParsePrefix("64:ff9b::/96"), Embedded},
	{netip.MustParsePrefix("64:ff9b:1::/48"), Embedded},
	{netip.MustParsePrefix("2001::/23"), Embedded}, // Teredo and its neighbours
	{netip.MustParsePrefix("2002::/16"), Embedded}, // 6to4
	{netip.MustParsePrefix("2001:db8::/32"), Documentation},
	{netip.MustParsePrefix("3fff::/20"), Documentation},
	{netip.MustParsePrefix("fc00::/7"), Private},
	{netip.MustParsePrefix("fec0::/10"), Private},
	{netip.MustParsePrefix("fe80::/10"), LinkLocal},
	{netip.MustParsePrefix("ff00::/8"), Multicast},
}

// global is the only part of IPv6 that was given out to the public.
var global = netip.MustParsePrefix("2000::/3")

// categoryOf returns the category that refuses an address, "" for a public one.
func categoryOf(at netip.Addr) Category {
	if at.Zone() != "" {
		return LinkLocal
	}
	at = at.Unmap()
	for _, n := range networks {
		if n.prefix.Contains(at) {
			return n.category
		}
	}
	if !at.IsValid() || at.Is6() && !global.Contains(at) {
		return Reserved
	}
	return ""
}
