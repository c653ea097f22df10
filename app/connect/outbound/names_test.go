package outbound

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync"
)

const typeA = 1

// names is a resolver whose server answers each name with one IPv4 address,
// which depends on how many times that name was asked before.
func names(answer func(name string, turn int) netip.Addr) *net.Resolver {
	var mu sync.Mutex
	turns := map[string]int{}
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer ours.Close()
			for {
				query, err := readQuery(ours)
				if err != nil {
					return
				}
				name, kind, question := questionOf(query)
				var at netip.Addr
				if kind == typeA {
					mu.Lock()
					at = answer(name, turns[name])
					turns[name]++
					mu.Unlock()
				}
				if _, err := ours.Write(reply(query, question, at)); err != nil {
					return
				}
			}
		}()
		return theirs, nil
	}}
}

// readQuery reads one message of DNS as TCP carries it: its length, then it.
func readQuery(r io.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	query := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(r, query)
	return query, err
}

// questionOf returns the name and type that a message asks, and the bytes that
// ask them.
func questionOf(query []byte) (name string, kind int, question []byte) {
	i := 12
	for query[i] != 0 {
		n := int(query[i])
		name += string(query[i+1:i+1+n]) + "."
		i += 1 + n
	}
	return name, int(binary.BigEndian.Uint16(query[i+1:])), query[12 : i+5]
}

// reply is the answer to a query, without any address where at is none.
func reply(query, question []byte, at netip.Addr) []byte {
	answers := byte(0)
	if at.IsValid() {
		answers = 1
	}
	m := append([]byte{0, 0, query[0], query[1], 0x81, 0x80, 0, 1, 0, answers, 0, 0, 0, 0}, question...)
	if at.IsValid() {
		m = append(m, 0xC0, 12, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4)
		m = append(m, at.AsSlice()...)
	}
	binary.BigEndian.PutUint16(m, uint16(len(m)-2))
	return m
}
