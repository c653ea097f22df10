package slips

import (
	"fmt"
	"strings"
)

// A drawing is what a place holds, from its upper left corner, in millimetres.
type drawing struct {
	boxes []box
	marks []mark
	code  code // none if its name is empty
	high  float64
}

type box struct{ x, y, w, h float64 }

// A mark is a line of text. Marks are in the order in which they are read.
type mark struct {
	x, y float64 // of the foot of its letters
	face face
	size float64
	ink  ink
	text string
}

type code struct {
	name    string
	x, y, w float64
}

// add sets a text under what is there.
func (d *drawing) add(x float64, s setting, in ink) {
	for _, line := range s.lines {
		d.marks = append(d.marks, mark{x, d.high + s.size*point*0.93, s.face, s.size, in, line})
		d.high += s.leading()
	}
}

// How far letters and lengths shrink so that a slip fits: as long as they are
// read at ease, and further where one line alone is too long.
const (
	smallest = 0.72
	tiny     = 0.4
)

// crowd is more lines than any place holds.
const crowd = 40

// continued is said of what is not the first place of a slip.
const continued = " (suite)"

// fill lays a slip out: in one place, smaller if need be, or in several.
func (p *paper) fill(s Sheet, f format, slip Slip) ([]drawing, error) {
	if err := p.prepare(slip.Address); err != nil {
		return nil, err
	}
	first, rest, all := slip, slip, len(slip.Lines)
	for n := min(all, crowd); n > 0 || n == all; n-- {
		first.Lines, rest.Lines = slip.Lines[:n], slip.Lines[n:]
		d, ok := p.fit(s, f, first)
		if !ok {
			continue
		}
		if n == all {
			return []drawing{d}, nil
		}
		rest.Note = strings.TrimSuffix(slip.Note, continued) + continued
		others, err := p.fill(s, f, rest)
		return append([]drawing{d}, others...), err
	}
	return nil, fmt.Errorf("slips: a value is too long for its place")
}

// fit lays a slip out in one place, at the largest scale that it allows.
func (p *paper) fit(s Sheet, f format, slip Slip) (drawing, bool) {
	width, height := f.place()
	least := smallest
	if len(slip.Lines) < 2 {
		least = tiny
	}
	for part := 1.0; part >= least; part -= 0.04 {
		if d := p.lay(s, slip, width-2*f.across, f.scale*part); d.high <= height-2*f.down {
			return d, true
		}
	}
	return drawing{}, false
}

// Sizes at scale 1: points for letters, millimetres for lengths.
const (
	codeSize                        = 24.0
	gap                             = 2.2
	pad                             = 1.5
	entSize, schoolSize             = 8.5, 7.5
	nameSize, noteSize              = 12.5, 9.0
	labelSize, valueSize, wordsSize = 7.5, 14.0, 12.0
	addressSize, saysSize           = 8.5, 8.0
)

// lay lays a slip out in a width, whatever height that takes.
func (p *paper) lay(s Sheet, slip Slip, width, scale float64) drawing {
	var d drawing
	head := width
	if slip.Address != "" {
		head -= (codeSize + gap) * scale
		whole := codeSize * scale / (1 - 2*p.quiet[slip.Address])
		margin := whole * p.quiet[slip.Address] // white on white: the code itself is in the corner
		d.code = code{slip.Address, head + gap*scale - margin, -margin, whole}
	}
	d.add(0, p.set(s.ENT, bold, entSize*scale, head, 0.8, 2), accent)
	d.add(0, p.set(s.School, sans, schoolSize*scale, head, 0.85, 2), soft)
	d.high += gap * scale * 0.7
	d.add(0, p.set(slip.Name, bold, nameSize*scale, head, 0.8, 3), dark)
	d.add(0, p.set(slip.Note, sans, noteSize*scale, head, 0.85, 2), dark)
	if slip.Address != "" {
		d.high += gap * scale * 0.5
		d.add(0, p.set("Page à ouvrir", sans, labelSize*scale, head, 0.8, 1), soft)
		d.add(0, p.set(slip.Address, bold, addressSize*scale, head, 0.85, 0), dark)
	}
	d.high = max(d.high, d.code.y+d.code.w) + gap*scale
	p.values(&d, slip.Lines, width, scale)
	d.high += gap * scale * 0.3
	d.add(0, p.set(slip.Says, sans, saysSize*scale, width, 1, 4), dark)
	return d
}

// values lays out the lines of a slip, side by side where two that follow each
// other are short.
func (p *paper) values(d *drawing, lines []Line, width, scale float64) {
	half := (width - gap*scale) / 2
	for i := 0; i < len(lines); i++ {
		if i+1 < len(lines) && p.short(lines[i], half, scale) && p.short(lines[i+1], half, scale) {
			top := d.high
			p.value(d, lines[i], 0, half, scale)
			d.high = top
			p.value(d, lines[i+1], half+gap*scale, half, scale)
			i++
		} else {
			p.value(d, lines[i], 0, width, scale)
		}
		d.high += gap * scale * 0.7
	}
}

// shortest is how far a value shrinks to stay on one line.
const shortest = 0.85

func (p *paper) short(l Line, width, scale float64) bool {
	width -= 2 * pad * scale
	label, value := p.label(l, width, scale), p.typed(l, width, scale)
	return len(label.lines) <= 1 && len(value.lines) <= 1
}

func (p *paper) label(l Line, width, scale float64) setting {
	return p.set(l.Label, sans, labelSize*scale, width, 0.9, 2)
}

func (p *paper) typed(l Line, width, scale float64) setting {
	if l.Mono {
		return p.set(l.Value, mono, valueSize*scale, width, shortest, 0)
	}
	return p.set(l.Value, sans, wordsSize*scale, width, shortest, 0)
}

// value lays out one line in its box. Two boxes of a row have one height, that
// of the letters at their full size.
func (p *paper) value(d *drawing, l Line, x, width, scale float64) {
	top, edge := d.high, pad*scale
	label, value := p.label(l, width-2*edge, scale), p.typed(l, width-2*edge, scale)
	d.high += edge * 0.7
	d.add(x+edge, label, soft)
	full := setting{size: valueSize * scale}.leading()
	if n := len(value.lines); n <= 1 { // on the same foot, whatever its size
		d.high += (full - value.height()) * 0.7
		d.add(x+edge, value, dark)
		d.high = top + edge*0.7 + label.height() + full
	} else {
		d.add(x+edge, value, dark)
	}
	d.high += edge * 0.5
	d.boxes = append(d.boxes, box{x, top, width, d.high - top})
}

// heading lays out the strip of a page.
func (p *paper) heading(title, note string) drawing {
	var d drawing
	const width = pageWidth - 16
	left := p.set(title, bold, 10.5, width*0.55, 0.75, 1)
	right := p.set(note, sans, 8.5, width*0.42, 0.75, 1)
	d.add(0, left, dark)
	d.high = 0.6
	d.add(width-p.width(right.lines[0], sans, right.size), right, soft)
	return d
}
