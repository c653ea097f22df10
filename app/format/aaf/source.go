package aaf

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// Limits bound what a delivery may cost. The number of entries, 10,000, and the
// ratio of packing, 200, are the same for all.
type Limits struct {
	Bytes   int64  // unpacked, all files together; 0 is 8 GiB
	TempDir string // where a tar.gz is unpacked; empty is the system's own
}

const (
	maxEntries = 10_000
	maxRatio   = 200
	// Below this a high ratio does no harm, and tiny files have one.
	ratioFloor   = 1 << 20
	defaultBytes = 8 << 30
	maxNesting   = 8 // directories within one another
)

// A source is where the files of a delivery lie.
type source interface {
	entries() []entry
	close() error
}

// An entry is one file of a source. Its reader may be opened any number of
// times, also at once.
type entry struct {
	name string // with slashes, relative
	size int64  // announced
	open func() (io.ReadCloser, error)
}

// checkName refuses names that could lead out of the directory they are meant for.
func checkName(name string) error {
	slashed := strings.ReplaceAll(name, `\`, "/")
	refused := name == "" || len(name) > 1024 || strings.ContainsRune(name, 0) ||
		strings.HasPrefix(slashed, "/") || len(slashed) > 1 && slashed[1] == ':'
	for _, part := range strings.Split(slashed, "/") {
		refused = refused || part == ".."
	}
	if refused {
		return refuse("L’archive contient un nom de fichier dangereux, « %s ».", clip(strings.ReplaceAll(name, "\x00", "?")))
	}
	return nil
}

func tooMany() error {
	return refuse("La livraison contient plus de %s fichiers.", "10 000")
}

func tooBig(limit int64) error {
	return refuse("La livraison dépasse, une fois décompressée, la taille permise de %s.", bytesFrench(limit))
}

func tooPacked(name string) error {
	return refuse("Le fichier %s se décompresse démesurément : il est refusé.", clip(name))
}

func linked(name string) error {
	return refuse("La livraison contient un lien ou un fichier spécial, « %s ».", clip(name))
}

func bytesFrench(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d Gio", n>>30)
	case n >= 1<<20:
		return fmt.Sprintf("%d Mio", n>>20)
	}
	return fmt.Sprintf("%d octets", n)
}

// A meter counts what was really unpacked. Reading a file twice counts once.
type meter struct {
	mu    sync.Mutex
	limit int64
	total int64
	most  map[int]int64 // by entry
}

// reached notes that n bytes of an entry have been unpacked.
func (m *meter) reached(entry int, n int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n > m.most[entry] {
		m.total += n - m.most[entry]
		m.most[entry] = n
	}
	if m.total > m.limit {
		return tooBig(m.limit)
	}
	return nil
}

// metered reads one entry and fails with a *Refusal at the limit.
type metered struct {
	io.ReadCloser
	meter *meter
	entry int
	n     int64
}

func (r *metered) Read(into []byte) (int, error) {
	n, err := r.ReadCloser.Read(into)
	r.n += int64(n)
	if over := r.meter.reached(r.entry, r.n); over != nil {
		return 0, over
	}
	return n, err
}

// cannotOpen says in French why a path could not be opened.
func cannotOpen(path string, err error) error {
	switch {
	case os.IsNotExist(err):
		return refuse("Le fichier %s n’existe pas.", path)
	case os.IsPermission(err):
		return refuse("Le fichier %s ne peut pas être lu : la permission manque.", path)
	}
	return refuse("Le fichier %s ne peut pas être lu (%v).", path, err)
}
