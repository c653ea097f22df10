package groups

import (
	"errors"
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

func isMissing(err error) bool { return errors.Is(err, data.ErrNotFound) }

// inside are the groups that a group contains: its sub-groups, and the local groups
// among its elements.
func (sc *scene) inside(g Group) ([]Group, error) {
	all, err := sc.kids(g.ID)
	if err != nil || g.Shared {
		return all, err
	}
	for _, ref := range sc.elements(g) {
		id, nested := ref.Nested()
		if !nested {
			continue
		}
		inner, err := sc.group(id)
		if err != nil && !isMissing(err) {
			return nil, err
		}
		if err == nil {
			all = append(all, inner)
		}
	}
	return all, nil
}

// checkCycle refuses that a group contain itself, with the groups that make it so.
func (sc *scene) checkCycle(g Group) error {
	path, err := sc.pathBack(g, g.ID, map[string]bool{})
	if err != nil || path == nil {
		return err
	}
	names := make([]string, len(path))
	for i, p := range path {
		names[i] = "«\u00a0" + p.Name + "\u00a0»"
	}
	return access.Conflict("Un groupe ne peut pas se contenir lui-même\u00a0: " + strings.Join(names, " contient ") + " contient " + names[0] + ". Enlevez d’abord l’un d’eux du groupe où il est.")
}

// pathBack returns the groups from one to the one that contains the other, nil if
// none does.
func (sc *scene) pathBack(from Group, to string, seen map[string]bool) ([]Group, error) {
	if seen[from.ID] {
		return nil, nil
	}
	seen[from.ID] = true
	inner, err := sc.inside(from)
	if err != nil {
		return nil, err
	}
	for _, g := range inner {
		if g.ID == to {
			return []Group{from}, nil
		}
		path, err := sc.pathBack(g, to, seen)
		if err != nil {
			return nil, err
		}
		if path != nil {
			return slices.Insert(path, 0, from), nil
		}
	}
	return nil, nil
}

// depthOf is how many groups a group is in, itself included.
func (sc *scene) depthOf(g Group) (depth int, err error) {
	for depth = 1; g.Parent != "" && depth <= deepest; depth++ {
		if g, err = sc.group(g.Parent); err != nil {
			return depth, err
		}
	}
	return depth, nil
}
