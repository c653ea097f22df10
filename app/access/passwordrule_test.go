package access_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"preau/app/access"
	"preau/data"
)

// The people whose passwords are judged.
var (
	teacherRule = access.PasswordRule{Shortest: access.ShortestPassword, Birth: "1987-11-05",
		Words: []string{"camille.durand-lefevre2", "Camille", "DURAND-LEFÈVRE", "Collège Honoré de Balzac", "Nogent-sur-Seine"}}
	pupilRule = access.PasswordRule{Shortest: access.ShortestYoung, Birth: "2010-03-14",
		Words: []string{"lea.nguyen", "Léa", "NGUYEN", "Lycée Colette", "L’Haÿ-les-Roses", "Cœuvres", "Ōsaka", "Łódź"}}
	bareRule  = access.PasswordRule{Shortest: 6}
	wrongBorn = access.PasswordRule{Shortest: access.ShortestYoung, Birth: "14/03/2010"}
)

// What a verdict says, in short.
const (
	fine   = ""
	short  = "d’au moins"
	long   = "trop long"
	common = "premiers que l’on essaie"
	word   = "Ce mot de passe contient « "
	born   = "date de naissance"
)

var verdicts = []struct {
	rule      access.PasswordRule
	want      string
	passwords []string
}{
	{teacherRule, short, []string{"", "a", "azertyuiop", "onze lettre", "ÉÉÉÉÉÉÉÉÉÉÉ", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", "😀😀😀😀😀😀😀😀😀😀😀", "P@ssw0rd!23", "           "}},
	{pupilRule, short, []string{"", "sept777", "éàùçôîû", "日本語日本語日", "😀😀😀😀😀😀😀", "password"[:7], "       ", "a\u0301a\u0301a\u0301a\u0301"}},
	{teacherRule, fine, []string{
		"la craie et le tableau", "la-craie-et-le-tableau", "onze lettres", "quatre mots au hasard", "pluie lampe girafe", "PLUIE LAMPE GIRAFE",
		"aaaaaaaaaaaa", "zzzzzzzzzzzz", "abcdefghijkl", "1234567890123", "000000000000", "............", "Tr0ub4dor&3xyz",
		"motdepassemotdepasse", "password1234", "ÉÉÉÉÉÉÉÉÉÉÉÉ", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301",
		"😀😀😀😀😀😀😀😀😀😀😀😀", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "日本語のパスワードです良い", "пароль учителя школы", "كلمة المرور الطويلة", "ΚΑΛΗΜΕΡΑ ΚΟΣΜΕ",
		" espaces aux deux bouts ", "\ttabulations\t", "trois  espaces   ici", "guillemets \"'`<>&", "\\ barre / oblique", "null\x00au milieu",
		"cam ille tres secret", "camill et les autres", "duran duran duran", "le sur et de la", "noge nt et cetera", "lefevr 2 lefevr 2", "c4mille d3rand",
		"5 novembre 1987", "nov 1987 pluie", "05/11 lampe girafe", "11051987 lampe", "871105 girafe lampe", "19870511 girafe", "1987 11 lampe girafe", "0511 lampe 1987",
		strings.Repeat("x", 64), strings.Repeat("é", 64), strings.Repeat("x", 128), strings.Repeat("é", 128), strings.Repeat("😀", 64), strings.Repeat("😀", 128),
		strings.Repeat("한", 128), strings.Repeat("\u1112\u1161\u11ab", 128), strings.Repeat("x", 1000), strings.Repeat("e\u0301", 500),
	}},
	{teacherRule, long, []string{strings.Repeat("x", 1001), strings.Repeat("é", 501), strings.Repeat("😀", 251), strings.Repeat("x ", 5000)}},
	{pupilRule, fine, []string{
		"huit8888", "tortues!", "éàùçôîûï", "日本語日本語日本", "😀😀😀😀😀😀😀😀", "chats gris", "girafe12", "aaaaaaaa", "zzzzzzzz", "le a le a",
		"les chats", "léa léa léa", "lea-lea-lea", "coeur de lion", "colett 1", "nguye nguye", "hay hay hay", "rose rose", "14 mars 2010", "mars2010", "14-03 lune",
		"03142010", "100314 non", "2010 lune 0314", "1403 lune 2010", "14032011", "15032010", "14042010", "2010-14-03", "140-lune", "08154711", "bluenote", "tazdevil",
		"katrina1", "azerty123", "jetaime2010", "password!", "Password 2", "lodge des bois", "osak osak",
	}},
	{bareRule, common, []string{"123456", "AZERTY", "soleil", "Bonjour", "qqqqqq1"}},
	{bareRule, fine, []string{"cathy1", "010101zz", "00010101", "camille.durand", "14032010", "2010-03-14", "colette"}},
	{bareRule, short, []string{"12345", "cathy", "     "}},
	{wrongBorn, fine, []string{"14032010", "20100314"}},
	{pupilRule, common, []string{
		"password", "PASSWORD", "PassWord", "12345678", "123456789", "1234567890", "baseball", "Football", "qwertyuiop", "azertyuiop", "AZERTYUIOP", "motdepasse",
		"MotDePasse", "superman", "1qaz2wsx", "trustno1", "TrustNo1", "sunshine", "iloveyou", "ILOVEYOU", "computer", "starwars", "princess", "11111111", "chocolat", "marseille",
		"Marseille", "internet", "samantha", "q1w2e3r4", "minecraft", "nintendo", "pakistan", "password1", "PASSWORD1", "passw0rd", "abcd1234", "asdfghjkl", "liverpool",
		"elephant", "creative", "garfield", "godzilla", "11223344", "01012011", "welcome1", "letmein1", "pokemon1", "barcelona", "lizaveta", "LizaVeta", "roberto1", "karamelka",
		"        ", "\t\t\t\t\t\t\t\t", "\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0", "\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000",
	}},
	{teacherRule, common, []string{
		"123qweasdzxc", "1qaz2wsx3edc", "1QAZ2WSX3EDC", "q1w2e3r4t5y6", "123456qwerty", "qwerty123456", "Qwerty123456", "leavemealone", "123456654321", "sonyericsson",
		"123456789987654321", "112233445566", "finalfantasy", "FinalFantasy", "justinbieber", "counterstrike", "123456789abc", "needforspeed", "123456789qwerty", "            ",
	}},
	{teacherRule, word, []string{
		"camille et les autres", "Camille1987!", "CAMILLE-CAMILLE", "vive Camillette", "xxcamillexxxx", "CÀMÏLLÉ encore", "ca\u0300mille lampe", "durand lampe girafe", "Durand2026!!!",
		"DURAND DURAND", "dürand lampe girafe", "lefevre girafe lampe", "Lefèvre girafe", "LEFE\u0300VRE girafe", "durand-lefevre2", "collège des lampes", "College2026!", "le COLLEGE ici",
		"honore de quelque", "Honoré 12345678", "balzac balzac", "Balzac-2026-2027", "les lampes de balzac", "nogent nogent", "Nogent94130!", "ＮＯＧＥＮＴ pleine", "seine et oise ici", "la Seine coule",
		"assassiné et seine", "lampe.durand.lampe", "x_lefevre_x_lampe", "𝐛𝐚𝐥𝐳𝐚𝐜 en gras",
	}},
	{pupilRule, word, []string{
		"nguyen12", "NGUYEN!!", "Nguyễn88", "lanGuyEnne", "colette1", "Colette!", "COLETTES", "lycee123", "Lycée!!!", "roses123", "les roses", "LesRoses", "primeroses", "coeuvres", "CŒUVRES1", "œCœuvres",
		"osaka1234", "Ōsaka!!!", "lodz-lodz", "Łódź Łódź", "\u212b nguyen",
	}},
	{pupilRule, born, []string{
		"14032010", "140310aa", "20100314", "x14032010x", "14/03/2010", "14.03.2010", "14-03-2010", "14 03 2010", "14/03/10", "14.03.10", "14-03-10", "14 03 10", "2010/03/14", "2010.03.14", "2010-03-14",
		"2010 03 14", "chat140310", "140310chat", "1 4 0 3 1 0", "14–03–2010", "14_03_2010", "14\u00a003\u00a02010", "14/ 03 /2010", "１４０３２０１０", "2010-0314", "né 14/03/10",
	}},
	{teacherRule, born, []string{"girafe05111987", "05/11/87 lampe", "lampe 1987-11-05", "051187051187", "le 05.11.1987 !", "19871105 lampe"}},
}

// TestPasswordRule judges passwords, and each verdict must be the right one.
func TestPasswordRule(t *testing.T) {
	n := 0
	for _, v := range verdicts {
		for _, p := range v.passwords {
			n++
			if got := v.rule.Check(p); !strings.Contains(got, v.want) || (got == "") != (v.want == fine) {
				t.Errorf("%d: %.60q: %q, want %q", v.rule.Shortest, p, got, v.want)
			}
			if nfc, nfd := v.rule.Check(norm.NFC.String(p)), v.rule.Check(norm.NFD.String(p)); nfc != nfd {
				t.Errorf("%.60q: %q composed, %q decomposed", p, nfc, nfd)
			}
		}
	}
	if n < 200 {
		t.Error("only", n, "verdicts")
	}
	if says := teacherRule.Check("Lefèvre girafe"); !strings.Contains(says, "« lefevre »") {
		t.Error("which word?", says)
	}
}

// choose gives an account of its own a password.
func (w *world) choose(id, login, password string) {
	w.t.Helper()
	hash, err := w.Hash(w.t.Context(), access.Normal(password))
	if err != nil {
		w.t.Fatal(err)
	}
	a := access.Account{ID: id, Login: login, Name: id, Profile: "teacher", At: []data.Place{balzac}, Hash: hash}
	w.change(func(tx *data.Tx) error { return access.Accounts.Put(tx, a) }, a)
}

// TestWholePassword signs in with long passwords and with those that differ in
// their last character only: nothing is cut, at 72 bytes nor elsewhere.
func TestWholePassword(t *testing.T) {
	w := newWorld(t)
	for i, p := range []string{
		strings.Repeat("x", 64), strings.Repeat("é", 64), strings.Repeat("x", 72), strings.Repeat("lampe-", 12) + "a", strings.Repeat("x", 128),
		strings.Repeat("😀", 128), strings.Repeat("x", 1000), "👩‍👩‍👧‍👦 lampe girafe", "null\x00au milieu", " espaces aux bouts ",
	} {
		if says := teacherRule.Check(p); says != "" {
			t.Fatalf("%q: %s", p, says)
		}
		login := "camille" + string(rune('a'+i))
		w.choose("PAA0001"+string(rune('0'+i)), login, p)
		if _, err := w.try(login, access.Normal(p), ""); err != nil {
			t.Errorf("%q does not open: %v", p, err)
		}
		runes := []rune(p)
		for _, other := range []string{string(runes[:len(runes)-1]), string(runes[:len(runes)-1]) + "b"} {
			_, err := w.try(login, access.Normal(other), "")
			wants(t, other, err, access.Invalid)
		}
	}
}

// TestComposed chooses a password where accents are one character and types it
// where they are two, then the other way round.
func TestComposed(t *testing.T) {
	w := newWorld(t)
	composed, decomposed := norm.NFC.String("forêt déjà brûlée"), norm.NFD.String("forêt déjà brûlée")
	if composed == decomposed || access.Normal(composed) != access.Normal(decomposed) {
		t.Fatal("two hashes of one password")
	}
	w.choose("PAA00001", "camille.durand", composed)
	w.choose("PAA00002", "lea.nguyen", decomposed)
	for _, login := range []string{"camille.durand", "lea.nguyen"} {
		for _, typed := range []string{composed, decomposed} {
			if _, err := w.try(login, access.Normal(typed), ""); err != nil {
				t.Errorf("%s with %+q: %v", login, typed, err)
			}
		}
	}
}
