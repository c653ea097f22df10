package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// bbolt trusts what it maps: a damaged file makes it panic, loop, or fault where
// no Go code can recover. So the pages are first read here as plain bytes.

// Layout of a bbolt file, version 2.
const (
	pageHeader  = 16
	branchPage  = 0x01
	leafPage    = 0x02
	metaPage    = 0x04
	freePage    = 0x10
	bucketEntry = 0x01
	boltMagic   = 0xED0CDAED
	noFreelist  = ^uint64(0)
)

// A pageFile reads the pages of a bbolt file.
type pageFile struct {
	r        io.ReaderAt
	size     int64
	pageSize int64
	high     uint64 // pages in use
	seen     map[uint64]bool
	deep     bool // every page, or only the roots of buckets
}

type page struct {
	id    uint64
	flags uint16
	count int
	bytes []byte // the header and the overflow included
}

// checkPages reports what is wrong with the pages of a bbolt file: all of them
// if deep, else what opening it reads.
func checkPages(file string, deep bool) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	pf := &pageFile{r: f, size: st.Size(), deep: deep, seen: map[uint64]bool{}}
	root, free, err := pf.meta()
	if err == nil {
		err = errors.Join(pf.freelist(free), pf.tree(root, true))
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// meta reads the newest sound one of the two meta pages.
func (pf *pageFile) meta() (root, free uint64, err error) {
	var best uint64
	found := false
	for _, pageSize := range pf.pageSizes() {
		for i := range int64(2) {
			b := make([]byte, 80)
			if _, err := pf.r.ReadAt(b, i*pageSize); err != nil {
				continue
			}
			m, le := b[pageHeader:], binary.LittleEndian
			sum := fnv.New64a()
			sum.Write(m[:56])
			if le.Uint16(b[8:]) != metaPage || le.Uint32(m) != boltMagic || le.Uint32(m[4:]) != 2 || sum.Sum64() != le.Uint64(m[56:]) {
				continue
			}
			if tx := le.Uint64(m[48:]); !found || tx > best {
				found, best = true, tx
				pf.pageSize, root, free, pf.high = int64(le.Uint32(m[8:])), le.Uint64(m[16:]), le.Uint64(m[32:]), le.Uint64(m[40:])
			}
		}
	}
	switch {
	case !found:
		return 0, 0, errors.New("no sound meta page")
	case pf.pageSize < 1024 || int64(pf.high) < 0 || int64(pf.high) > pf.size/pf.pageSize:
		return 0, 0, fmt.Errorf("%d pages do not fit in %d bytes", pf.high, pf.size)
	}
	return root, free, nil
}

// pageSizes are where the second meta page can be.
func (pf *pageFile) pageSizes() []int64 {
	return []int64{4096, 1 << 10, 1 << 11, 1 << 13, 1 << 14, 1 << 16}
}

func (pf *pageFile) page(id uint64) (p page, err error) {
	if id < 2 || id >= pf.high {
		return p, fmt.Errorf("page %d of %d", id, pf.high)
	}
	head := make([]byte, pageHeader)
	if _, err := pf.r.ReadAt(head, int64(id)*pf.pageSize); err != nil {
		return p, err
	}
	le := binary.LittleEndian
	over := uint64(le.Uint32(head[12:]))
	if le.Uint64(head) != id || id+over >= pf.high {
		return p, fmt.Errorf("page %d says it is %d, and %d more", id, le.Uint64(head), over)
	}
	for i := id; i <= id+over; i++ {
		if pf.seen[i] {
			return p, fmt.Errorf("page %d is used twice", i)
		}
		pf.seen[i] = true
	}
	p = page{id: id, flags: le.Uint16(head[8:]), count: int(le.Uint16(head[10:])), bytes: make([]byte, int64(over+1)*pf.pageSize)}
	_, err = pf.r.ReadAt(p.bytes, int64(id)*pf.pageSize)
	return p, err
}

func (pf *pageFile) freelist(id uint64) error {
	if id == noFreelist {
		return nil
	}
	p, err := pf.page(id)
	if err != nil {
		return err
	}
	body := p.bytes[pageHeader:]
	n := uint64(p.count)
	if n == 0xffff {
		n, body = binary.LittleEndian.Uint64(body), body[8:]
	}
	if p.flags != freePage || n > uint64(len(body)/8) {
		return fmt.Errorf("page %d is no list of free pages", id)
	}
	var last uint64
	for i := range n {
		free := binary.LittleEndian.Uint64(body[8*i:])
		if free < 2 || free >= pf.high || free <= last {
			return fmt.Errorf("free page %d of %d", free, pf.high)
		}
		last = free
	}
	return nil
}

// tree follows a bucket from its root page. The buckets inside the one at the
// top are followed too.
func (pf *pageFile) tree(id uint64, top bool) error {
	p, err := pf.page(id)
	if err != nil {
		return err
	}
	var last []byte
	for i := range p.count {
		key, value, flags, child, err := p.element(i)
		if err != nil {
			return err
		}
		if i > 0 && bytes.Compare(last, key) >= 0 {
			return fmt.Errorf("page %d is out of order", id)
		}
		last = key
		if p.flags == leafPage {
			if flags&bucketEntry != 0 {
				err = pf.bucket(value, top)
			}
		} else if top || pf.deep {
			err = pf.tree(child, top)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket follows a bucket from the entry that holds it.
func (pf *pageFile) bucket(value []byte, top bool) error {
	if len(value) < 16 {
		return errors.New("bucket without a header")
	}
	root := binary.LittleEndian.Uint64(value)
	switch {
	case root != 0 && (top || pf.deep):
		return pf.tree(root, false)
	case root == 0 && len(value) < 16+pageHeader:
		return errors.New("bucket without a page")
	case root == 0:
		inline := page{flags: binary.LittleEndian.Uint16(value[24:]), count: int(binary.LittleEndian.Uint16(value[26:])), bytes: value[16:]}
		for i := range inline.count {
			if _, _, _, _, err := inline.element(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// element returns what the page holds at a rank: a value in a leaf, or the
// number of a page in a branch.
func (p page) element(i int) (key, value []byte, flags uint32, child uint64, err error) {
	at, le := pageHeader+16*i, binary.LittleEndian
	if (p.flags != leafPage && p.flags != branchPage) || at+16 > len(p.bytes) {
		return nil, nil, 0, 0, fmt.Errorf("page %d has no entry %d", p.id, i)
	}
	e := p.bytes[at:]
	var pos, ksize, vsize uint64
	if p.flags == leafPage {
		flags, pos, ksize, vsize = le.Uint32(e), uint64(le.Uint32(e[4:])), uint64(le.Uint32(e[8:])), uint64(le.Uint32(e[12:]))
	} else {
		pos, ksize, child = uint64(le.Uint32(e)), uint64(le.Uint32(e[4:])), le.Uint64(e[8:])
	}
	if pos+ksize+vsize > uint64(len(e)) {
		return nil, nil, 0, 0, fmt.Errorf("entry %d of page %d is cut", i, p.id)
	}
	return e[pos : pos+ksize], e[pos+ksize : pos+ksize+vsize], flags, child, nil
}
