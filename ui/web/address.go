package web

import (
	"net/netip"
	"strings"
)

// ClientAddress returns the address of whoever sent a request, given that of
// the peer and the X-Forwarded-For header. It walks from the right: the
// left-most entries are whatever the client wrote.
func ClientAddress(peer, forwarded string, trusted []netip.Prefix) string {
	at, err := netip.ParseAddr(peer)
	if err != nil || !isTrusted(at, trusted) {
		return peer
	}
	hops := strings.Split(forwarded, ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return at.String()
		}
		at = hop.Unmap()
		if !isTrusted(at, trusted) {
			break
		}
	}
	return at.String()
}

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	for _, p := range trusted {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
