package access

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// rfcSecret is that of RFC 6238, appendix B, for SHA-1.
var rfcSecret = base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))

// TestFactorVectors takes the vectors of RFC 6238. They have 8 digits; ours are
// their last 6, since both are remainders of the same number.
func TestFactorVectors(t *testing.T) {
	for _, tt := range []struct {
		at   int64
		step int64
		code string
	}{
		{59, 0x1, "94287082"},
		{1111111109, 0x23523EC, "07081804"},
		{1111111111, 0x23523ED, "14050471"},
		{1234567890, 0x273EF07, "89005924"},
		{2000000000, 0x3F940AA, "69279037"},
		{20000000000, 0x27BC86AA, "65353130"},
	} {
		step, ok := factorStep(rfcSecret, tt.code[2:], time.Unix(tt.at, 0), 0)
		if !ok || step != tt.step {
			t.Errorf("%s at %d: step %x, %v; want %x", tt.code, tt.at, step, ok, tt.step)
		}
		if _, ok := factorStep(rfcSecret, tt.code, time.Unix(tt.at, 0), 0); ok {
			t.Errorf("%s has 8 digits", tt.code)
		}
	}
}

// codeAt is what an authenticator shows at a moment.
func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := hotp.GenerateCode(secret, uint64(at.Unix()/30))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// TestFactorClock types what an authenticator shows whose clock is early or
// late, at the first and the last second of a step.
func TestFactorClock(t *testing.T) {
	for _, now := range []time.Time{time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), time.Date(2026, 9, 1, 8, 0, 29, 0, time.UTC)} {
		for off, want := range map[time.Duration]bool{
			0: true, 30 * time.Second: true, -30 * time.Second: true, 90 * time.Second: false, -90 * time.Second: false, time.Hour: false,
			60 * time.Second: false, -60 * time.Second: false,
		} {
			step, ok := factorStep(rfcSecret, codeAt(t, rfcSecret, now.Add(off)), now, 0)
			if ok != want || ok && step != now.Add(off).Unix()/30 {
				t.Errorf("%s off at %s: step %d, %v", off, now, step, ok)
			}
		}
	}
}

// TestFactorReplay uses each code once: neither it nor an earlier one serves
// again, though the clock would let them in.
func TestFactorReplay(t *testing.T) {
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	earlier, code := codeAt(t, rfcSecret, now.Add(-30*time.Second)), codeAt(t, rfcSecret, now)
	used, ok := factorStep(rfcSecret, code, now, 0)
	if !ok {
		t.Fatal("a right code is refused")
	}
	for _, again := range []string{code, earlier} {
		for _, late := range []time.Duration{0, 20 * time.Second, 45 * time.Second} {
			if _, ok := factorStep(rfcSecret, again, now.Add(late), used); ok {
				t.Errorf("%s served again %s later", again, late)
			}
		}
	}
	next := now.Add(30 * time.Second)
	if step, ok := factorStep(rfcSecret, codeAt(t, rfcSecret, next), next, used); !ok || step != used+1 {
		t.Error("the next code is refused")
	}
}

func TestFactorTyped(t *testing.T) {
	now := time.Unix(1234567890, 0) // 005924
	for typed, want := range map[string]bool{
		"005924": true, "005 924": true, " 005-924\n": true, "5924": false, "005925": false, "": false, "005924005924": false, "００５９２４": false, "00592a": false,
	} {
		if _, ok := factorStep(rfcSecret, typed, now, 0); ok != want {
			t.Errorf("%q: %v", typed, ok)
		}
	}
	for _, secret := range []string{"not base32!", "JBSWY3DPEHPK3PXP"} {
		if _, ok := factorStep(secret, "005924", now, 0); ok {
			t.Errorf("%q opens", secret)
		}
	}
}

// TestFactorURL reads the address of a QR code as an authenticator does.
func TestFactorURL(t *testing.T) {
	secret, err := newFactorSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if bits, err := base32.StdEncoding.DecodeString(secret); err != nil || len(bits) != 20 || strings.Contains(secret, "=") {
		t.Errorf("%q: %d bytes, %v", secret, len(bits), err)
	}
	if other, _ := newFactorSecret(rand.Reader); other == secret {
		t.Error("the same secret twice")
	}
	if _, err := newFactorSecret(bytes.NewReader(make([]byte, 19))); err == nil {
		t.Error("a secret without enough randomness")
	}
	for _, tt := range []struct{ issuer, account, wantIssuer, wantAccount string }{
		{"Préau", "camille.durand", "Préau", "camille.durand"},
		{"ENT: l’été & co / 100 % ?+", "a:b&secret=x#y", "ENT  l’été & co / 100 % ?+", "a b&secret=x#y"},
	} {
		address := factorURL(tt.issuer, tt.account, secret)
		_, query, _ := strings.Cut(address, "?")
		key, err := otp.NewKeyFromURL(address)
		if err != nil {
			t.Fatal(err)
		}
		if key.Type() != "totp" || key.Issuer() != tt.wantIssuer || key.AccountName() != tt.wantAccount || key.Secret() != secret ||
			key.Period() != 30 || key.Digits() != otp.DigitsSix || key.Algorithm() != otp.AlgorithmSHA1 || strings.Contains(query, "+") {
			t.Errorf("%s: %q %q", address, key.Issuer(), key.AccountName())
		}
	}
}

func TestRecoveryCodes(t *testing.T) {
	codes, err := newRecoveryCodes(rand.Reader)
	if err != nil || len(codes) != 10 {
		t.Fatal(codes, err)
	}
	seen := map[string]bool{}
	for _, code := range codes {
		if seen[code] || len(code) != 10 || NormalCode(SpacedCode(code)) != code || strings.Trim(code, codeLetters) != "" {
			t.Errorf("%q", code)
		}
		seen[code] = true
	}
	if _, err := newRecoveryCodes(bytes.NewReader(make([]byte, 99))); err == nil {
		t.Error("codes without enough randomness")
	}
}
