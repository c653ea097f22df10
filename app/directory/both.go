package directory

// Both keeps the two values of a field that the federated directory fills and
// that people edit. The edited one wins.
type Both struct {
	Federated string `cbor:"f,omitempty"`
	Mine      string `cbor:"m,omitempty"` // edited here
	Edited    bool   `cbor:"e,omitempty"` // even to nothing
}

// Value is the one that counts.
func (b Both) Value() string {
	if b.Edited {
		return b.Mine
	}
	return b.Federated
}

// String is the value in the journal.
func (b Both) String() string { return b.Value() }

// Edit sets the value that people gave; that of the directory is kept beside.
// Giving the very value of the directory is no edit.
func (b Both) Edit(value string) Both {
	if value == b.Federated {
		return b.Revert()
	}
	return Both{b.Federated, value, true}
}

// Revert drops the edit: the value of the federated directory counts again.
func (b Both) Revert() Both { return Both{Federated: b.Federated} }

// Receive takes a new value of the federated directory; an edit stays.
func (b Both) Receive(value string) Both {
	b.Federated = value
	if b.Edited && b.Mine == value {
		return b.Revert()
	}
	return b
}
