// Package outbound is the one way in which anything leaves the appliance: what
// it dials is checked once the name is resolved, so that no name, spelling or
// answer of a DNS server leads into the networks that surround it.
package outbound

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// connectTimeout bounds a connection, the resolution of its name included.
const connectTimeout = 10 * time.Second

// A Policy says what may be joined: the public Internet, and the networks that
// whoever installed the appliance allowed. Its zero value allows none.
type Policy struct {
	Allowed  []netip.Prefix
	Resolver *net.Resolver // nil for the system's

	inside bool
}

// Inside is the policy without the public Internet: the networks allowed on
// purpose only, for what must not travel further.
func (p Policy) Inside() Policy {
	p.inside = true
	return p
}

// DialContext connects to a "host:port" over TCP. No proxy of the environment
// is ever used: it would hide the address from the check. What the policy does
// not allow is a *Refusal, before a single packet leaves for it.
func (p Policy) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return nil, &Refusal{Malformed}
	}
	dialer := net.Dialer{Timeout: connectTimeout, Resolver: p.Resolver, ControlContext: p.control}
	conn, err := dialer.DialContext(ctx, network, address)
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return nil, refusal // without what wraps it, which tells the address
	}
	return conn, err
}

// control is called with each resolved address, between the making of the
// socket and its connection.
func (p Policy) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &Refusal{Malformed}
	}
	return p.check(at.Addr())
}

// check returns the *Refusal of an address, nil for one that may be joined.
func (p Policy) check(at netip.Addr) error {
	if p.allows(at) {
		return nil
	}
	if category := categoryOf(at); category != "" {
		return &Refusal{category}
	}
	if p.inside {
		return &Refusal{Public}
	}
	return nil
}

// allows tells whether an address is in one of the networks allowed on purpose.
func (p Policy) allows(at netip.Addr) bool {
	at = at.Unmap().WithZone("")
	for _, network := range p.Allowed {
		if network.Contains(at) {
			return true
		}
	}
	return false
}

// A Refusal is why the policy does not let an address be joined. Its sentence
// is the same for all, and tells nothing of what the name resolved to.
type Refusal struct {
	Category Category
}

func (r *Refusal) Error() string {
	return "Cette adresse mène à un réseau que l’appareil n’a pas le droit de joindre : s’il le faut, qui l’a installé ajoute ce réseau à --allow-network."
}
