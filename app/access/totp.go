package access

import (
	"crypto/subtle"
	"encoding/base32"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// The second factor is the one that every authenticator knows: RFC 6238 with
// SHA-1, 6 digits, 30 seconds.
const (
	factorPeriod = 30 // seconds
	factorSkew   = 1  // steps that a clock may be early or late

	recoveryCodes      = 10
	recoveryCodeLength = 10
)

var factorCode = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// newFactorSecret draws the 160 bits that the appliance shares with an
// authenticator, in base32. Unlike a password it must be read again: it is
// stored encrypted with the appliance's key.
func newFactorSecret(r io.Reader) (string, error) {
	bits := make([]byte, 20)
	if _, err := io.ReadFull(r, bits); err != nil {
		return "", err
	}
	return base32.StdEncoding.EncodeToString(bits), nil
}

// factorURL is what the QR code of a secret holds. The issuer is the name of
// the appliance, the account a login; a colon in them would part them wrongly.
func factorURL(issuer, account, secret string) string {
	plain := strings.NewReplacer(":", " ").Replace
	query := url.Values{"secret": {secret}, "issuer": {plain(issuer)}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	// Authenticators show a + as it is: a space is %20 in the query too.
	return "otpauth://totp/" + url.PathEscape(plain(issuer)) + ":" + url.PathEscape(plain(account)) + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// factorStep returns the time step that a code is of, and whether it is the
// right one now, give or take one step, and later than the last one that served:
// a code serves once. The caller keeps the step, in the transaction that lets
// the person in. It takes the same time whatever the code.
func factorStep(secret, code string, now time.Time, after int64) (step int64, ok bool) {
	code = NormalCode(code)
	present := now.Unix() / factorPeriod
	for at := present - factorSkew; at <= present+factorSkew; at++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(at), factorCode)
		if err != nil {
			return 0, false
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && at > after {
			step, ok = at, true // the latest, should two steps have the same code
		}
	}
	return step, ok
}

// newRecoveryCodes draws the codes that stand in for a lost authenticator. They
// are shown once, stored hashed, and serve once each.
func newRecoveryCodes(r io.Reader) ([]string, error) {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		code, err := newCode(r, recoveryCodeLength)
		if err != nil {
			return nil, err
		}
		codes[i] = code
	}
	return codes, nil
}
