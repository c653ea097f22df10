package aaf

import "slices"

// attributes copies what was read of the current record out of the buffers that
// the next one reuses: one string and two slices for them all.
func (p *parser) attributes() []Attr {
	if len(p.spans) == 0 {
		return nil
	}
	text := string(p.text)
	all := make([]string, 0, len(p.ends))
	list := make([]Attr, 0, len(p.spans))
	for _, s := range p.spans {
		if !knownName[s.name] {
			p.unknown(s.name)
		}
		from := len(all)
		for i := s.first; i < s.first+s.count; i++ {
			start := 0
			if i > 0 {
				start = p.ends[i-1]
			}
			all = append(all, text[start:p.ends[i]])
		}
		list = gather(list, s.name, all[from:len(all):len(all)])
	}
	for i := range list {
		list[i].Values = clean(list[i].Values, parallel[list[i].Name])
	}
	return list
}

// gather adds an attribute, or its values where the record already has it.
func gather(list []Attr, name string, values []string) []Attr {
	for i := range list {
		if list[i].Name == name {
			list[i].Values = append(list[i].Values, values...)
			return list
		}
	}
	return append(list, Attr{Name: name, Values: values})
}

// clean drops, in place, empty and repeated values. Parallel lists keep theirs,
// unless they have nothing else. Nothing left is nil.
func clean(values []string, parallel bool) []string {
	kept := values[:0]
	var known map[string]bool
	full := false
	for _, v := range values {
		full = full || v != ""
		if !parallel {
			if v == "" || len(kept) <= 16 && slices.Contains(kept, v) || known[v] {
				continue
			}
			if len(kept) == 16 && known == nil {
				known = make(map[string]bool, len(values))
				for _, k := range kept {
					known[k] = true
				}
			}
			if known != nil {
				known[v] = true
			}
		}
		kept = append(kept, v)
	}
	if !full {
		return nil
	}
	return kept
}

func (p *parser) unknown(name string) {
	if p.header.Unknown == nil {
		p.header.Unknown = map[string]int{}
	}
	if _, ok := p.header.Unknown[name]; ok || len(p.header.Unknown) < maxUnknown {
		p.header.Unknown[name]++
	}
}
