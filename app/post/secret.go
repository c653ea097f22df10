package post

import (
	"encoding/json"

	"preau/data"
)

const mailUse = "contenu d’un courriel"

// secret is the part of a mail that opens an account.
type secret struct {
	Facts []Fact
	Links []Link
}

// seal keeps the secret of a mail out of the file, and of the copies of it that
// are made while the mail waits.
func (m *Mail) seal(tx *data.Tx) error {
	b, err := json.Marshal(secret{m.Facts, m.Links})
	if err != nil {
		return err
	}
	m.Facts, m.Links = nil, nil
	m.Sealed, err = tx.Seal(mailUse, string(b))
	return err
}

// Whole returns the mail with its secret, as it leaves. ok is false for one that
// was sealed by another key: it will never leave.
func (m Mail) Whole(tx *data.Tx) (whole Mail, ok bool) {
	if len(m.Sealed) == 0 {
		return m, true
	}
	b, ok := tx.Unseal(mailUse, m.Sealed)
	if !ok {
		return m, false
	}
	var s secret
	if err := json.Unmarshal([]byte(b), &s); err != nil {
		return m, false
	}
	m.Facts, m.Links, m.Sealed = s.Facts, s.Links, nil
	return m, true
}

// forget erases the secret of a mail that has left, or never will.
func (m *Mail) forget() {
	if m.Secret {
		m.Facts, m.Links, m.Sealed = nil, nil, nil
	}
}

// Erased reports whether the secret of a mail is gone.
func (m Mail) Erased() bool { return m.Secret && len(m.Facts)+len(m.Links)+len(m.Sealed) == 0 }
