package data

import (
	"encoding/base64"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// A Document is what the search index knows of a row. Its texts need not be
// folded: they will be.
type Document struct {
	Words []string // of its name and what describes it, found by their first letters, accents and case ignored
	Exact []string // codes, logins, addresses, dates: found by their first characters, punctuation included
	Tags  []string // exact values that a search can ask for, such as "profil=eleve"

	// Sort is its order among results, best made by SortKey: the row is then
	// also found by the names it holds, and comes first when one begins with
	// what was typed. Any other text orders, no more.
	Sort string

	places []Place
}

// Fields of the index. Every term of a row begins with its table, so that one
// index serves them all and no search meets another table.
const (
	gramField  = "g" // the first 1 to 10 letters of each word and exact text
	longField  = "n" // the words and exact texts of more than 10 letters
	placeField = "p" // every place around the row; with '=', its own
	tagField   = "k"
	sortField  = "s" // the order and the digest of the document
	maxGram    = 10
)

const (
	termOptions = index.IndexField | index.SkipFreqNorm
	// Without chunks nor compression, the order of one row is read alone. The
	// field is indexed as well since merging forgets the values of one that is not.
	sortOptions = termOptions | index.DocValues | index.SkipDVChunking | index.SkipDVCompression
)

func documentID(table, key string) string { return table + "\x00" + key }

func splitID(id string) (table, key string) {
	table, key, _ = strings.Cut(id, "\x00")
	return table, key
}

// term is how an index holds a value of a table.
func term(table, value string) string { return table + "\x1f" + value }

// names returns the folded last and first names that Sort holds, and whether
// SortKey made it.
func (d *Document) names() (last, first string, ok bool) {
	last, rest, ok := strings.Cut(d.Sort, "\x01")
	first, _, both := strings.Cut(rest, "\x01")
	return last, first, ok && both
}

// texts returns the folded words and exact texts that the document is found by.
func (d *Document) texts() []string {
	var all []string
	if last, first, ok := d.names(); ok {
		all = append(joined(last), joined(first)...)
	}
	for _, w := range d.Words {
		all = append(all, strings.Fields(Fold(w))...)
	}
	for _, e := range d.Exact {
		e = foldExact(e)
		parts := strings.Fields(e)
		all = append(all, parts...)
		if len(parts) > 1 {
			all = append(all, e)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// joined returns the words of a name, and what those of a compound one give when
// typed together, such as « nguessan » or « lafontaine ».
func joined(name string) []string {
	words := strings.Fields(name)
	all := slices.Clone(words)
	for i := 0; i+1 < len(words); i++ {
		all = append(all, words[i]+words[i+1])
	}
	if len(words) > 2 {
		all = append(all, strings.Join(words, ""))
	}
	return all
}

// order is the value that the index sorts by, without the bytes that separate
// values there and in keys.
func (d *Document) order() string {
	if strings.ContainsAny(d.Sort, "\x00\xff") {
		return strings.NewReplacer("\x00", "", "\xff", "").Replace(d.Sort)
	}
	return d.Sort
}

// digest tells two contents of a document apart.
func (d *Document) digest() string {
	h := fnv.New64a()
	for _, part := range [][]string{d.texts(), d.Tags, placeTerms(d.places)} {
		for _, s := range part {
			h.Write([]byte(s))
			h.Write([]byte{0})
		}
		h.Write([]byte{1})
	}
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil))
}

// sortValue is the order of the document, its key, then what Check compares.
func (d *Document) sortValue(key string) string {
	return d.order() + "\x00" + strings.ReplaceAll(key, "\xff", "") + "\x00" + d.digest()
}

func placeTerms(places []Place) []string {
	var all []string
	for _, p := range places {
		all = append(all, "="+string(p))
		for _, a := range p.Ancestors() {
			all = append(all, string(a))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// indexed returns the document as Bleve takes it.
func (d *Document) indexed(table, key string) *document.Document {
	grams, long := newTerms(gramField, termOptions), newTerms(longField, termOptions)
	for _, text := range d.texts() {
		whole := term(table, text)
		start, n := len(whole)-len(text), 0
		for i := range text {
			if n > 0 && n <= maxGram {
				grams.add(whole[:start+i])
			}
			n++
		}
		if n <= maxGram {
			grams.add(whole)
		} else {
			long.add(whole)
		}
	}
	places, tags, order := newTerms(placeField, termOptions), newTerms(tagField, termOptions), newTerms(sortField, sortOptions)
	for _, p := range placeTerms(d.places) {
		places.add(term(table, p))
	}
	for _, t := range d.Tags {
		tags.add(term(table, t))
	}
	order.add(d.sortValue(key))
	doc := document.NewDocument(documentID(table, key))
	for _, f := range []*terms{grams, long, places, tags, order} {
		if len(f.all) > 0 {
			doc.AddField(f)
		}
	}
	return doc
}

// terms is a field of the index whose terms we make ourselves: Bleve's own
// analysis misses names such as « N'GUESSAN » or « Łukasik ».
type terms struct {
	name    string
	options index.FieldIndexingOptions
	all     index.TokenFrequencies
	bytes   int
}

func newTerms(name string, options index.FieldIndexingOptions) *terms {
	return &terms{name: name, options: options, all: index.TokenFrequencies{}}
}

// unfrequent tells Bleve that a term is there, without how often nor where.
var unfrequent = &index.TokenFreq{}

func (f *terms) add(term string) {
	if _, known := f.all[term]; known {
		return
	}
	f.all[term] = unfrequent
	f.bytes += len(term)
}

// The rest of the interface of a field.

func (f *terms) Name() string                                     { return f.name }
func (f *terms) Options() index.FieldIndexingOptions              { return f.options }
func (f *terms) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.all }
func (f *terms) AnalyzedLength() int                              { return len(f.all) }
func (f *terms) NumPlainTextBytes() uint64                        { return uint64(f.bytes) }
func (f *terms) Size() int                                        { return f.bytes * 2 }
func (f *terms) Analyze()                                         {}
func (f *terms) Value() []byte                                    { return nil }
func (f *terms) ArrayPositions() []uint64                         { return nil }
func (f *terms) EncodedFieldType() byte                           { return 't' }
