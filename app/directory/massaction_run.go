package directory

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// massKinds say what each kind of mass action does.
var massKinds = map[MassKind]struct {
	action   access.Action
	saying   string // of the line among a person's events
	opposite MassKind
	batch    int  // how many people one transaction goes through, 0 for massBatch
	protects bool // not for the accounts that the author may not protect
	one      func(*massRun, *data.Tx, User, *MassLine) error
}{
	MassSuspend:    {access.NewAction("user.suspend-many", "Suspension de comptes", access.ManageAccounts, data.Attention), "Suspension du compte, avec d’autres", MassReactivate, 0, false, (*massRun).suspend},
	MassReactivate: {access.NewAction("user.reactivate-many", "Réactivation de comptes", access.ManageAccounts, data.Attention), "Réactivation du compte, avec d’autres", MassSuspend, 0, false, (*massRun).reactivate},
	MassRenew:      {access.NewAction("credentials.renew", "Renouvellement d’identifiants", access.ManageAccounts, data.Attention), "", "", 0, true, (*massRun).renew},
	MassMail:       {access.NewAction("credentials.mail", "Envoi d’identifiants par courriel", access.ManageAccounts, data.Attention), "", "", 0, true, (*massRun).mail},
	MassRecords:    {access.NewAction("records.renew-many", "Nouveaux mots de passe scolarité", access.ManageAccounts, data.Attention), "", "", 20, true, (*massRun).records},
}

// massBatch is how many people one transaction of a mass action goes through.
// Tests make it small.
var massBatch = 200

// A massRun is a mass action under way.
type massRun struct {
	*MassAction
	s       *access.Session
	secrets map[string][2]string // records passwords and their hashes, by person, made before the transaction
}

// left is why somebody is left as they are.
type left string

func (l left) Error() string { return string(l) }

// runAction goes through the people of an action that was started.
func runAction(ctx context.Context, s *access.Session, m MassAction) error {
	kind := massKinds[m.Kind]
	r := &massRun{MassAction: &m, s: s}
	err := s.Begin(kind.action, m.ID)
	for err == nil && m.Step < m.Total {
		if err = ctx.Err(); err == nil {
			err = r.batch(ctx)
		}
	}
	if err == nil {
		return s.End(kind.action, m.ID, func(tx *data.Tx) ([]data.Fact, error) {
			m.State, m.Ended = MassDone, tx.Now
			return []data.Fact{{Action: kind.action.Action, About: m, Note: m.counted()}}, MassActions.Put(tx, m)
		})
	}
	return errors.Join(err, s.Upkeep(func(tx *data.Tx) error {
		now, failed := MassActions.Get(tx, m.ID)
		if failed != nil {
			return failed
		}
		now.State, now.Refusal = MassStopped, "Interrompue en chemin : ce qui est fait reste fait, le reste reprendra au prochain démarrage, ou par « Reprendre »."
		return MassActions.Put(tx, now)
	}))
}

// counted says what an action did, as « 23 faits, 1 ignoré ».
func (m MassAction) counted() string {
	says := counted(m.Done, "fait", "faits")
	if n := m.Skipped(); n > 0 {
		says += ", " + counted(n, "ignoré", "ignorés")
	}
	return says
}

// batch goes through the next people, in one transaction.
func (r *massRun) batch(ctx context.Context) error {
	kind := massKinds[r.Kind]
	var lines []MassLine
	err := r.s.See(func(tx *data.Tx) (err error) {
		lines, err = r.next(tx, cmp.Or(kind.batch, massBatch))
		return err
	})
	if err == nil && r.Kind == MassRecords {
		err = r.prepareRecords(ctx, lines)
	}
	if err != nil {
		return err
	}
	return r.s.Bulk(kind.action, r.ID, func(tx *data.Tx) error {
		tx.Saying(kind.saying)
		for _, l := range lines {
			if err := r.through(tx, &l); err != nil {
				return err
			}
			r.Step++
			if l.Done {
				r.Done++
			}
			if err := MassLines.Put(tx, l); err != nil {
				return err
			}
		}
		return MassActions.Put(tx, *r.MassAction)
	})
}

// next are the lines whose turn it is. The line of somebody erased meanwhile is
// still there, without a name.
func (r *massRun) next(tx *data.Tx, n int) (lines []MassLine, err error) {
	for i := r.Step; i < min(r.Step+n, r.Total); i++ {
		l, err := MassLines.Get(tx, MassLine{Action: r.ID, N: i}.Key())
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// through does the action to one person, or says why not.
func (r *massRun) through(tx *data.Tx, l *MassLine) error {
	u, err := r.person(tx, l)
	if err == nil {
		err = massKinds[r.Kind].one(r, tx, u, l)
	}
	var why left
	if errors.As(err, &why) {
		l.Says = string(why)
		return nil
	}
	l.Done = err == nil
	return err
}

// person reads somebody whom the action may touch. A run that is resumed acts
// without its author: it leaves administrators alone.
func (r *massRun) person(tx *data.Tx, l *MassLine) (User, error) {
	u, err := userAt(tx, r.At, l.User)
	switch {
	case isMissing(err):
		return u, left("n’est plus dans l’établissement")
	case err != nil:
		return u, err
	case u.State() == Deleted:
		return u, left("compte supprimé")
	case u.ID == r.ByID:
		return u, left("c’est votre propre compte")
	case l.Expects > 0 && l.Expects != u.Version:
		return u, left("modifié depuis : à reprendre sur sa fiche")
	}
	role, err := access.RoleOf(tx, u.ID)
	switch {
	case err != nil:
		return u, err
	case r.s.Machine() && role != "":
		return u, left("compte d’administrateur : à traiter sur sa fiche")
	case !mayChange(r.s, u, role):
		return u, left("administrateur d’un rôle supérieur au vôtre")
	case massKinds[r.Kind].protects && !mayProtect(r.s, u, role):
		return u, left("réservé : compte d’un administrateur")
	}
	return u, nil
}

func (r *massRun) suspend(tx *data.Tx, u User, l *MassLine) error {
	if u.State() == Suspended {
		return left("déjà suspendu")
	}
	if err := access.KeepSupport(tx, u.ID); err != nil {
		if access.KindOf(err) == access.Stale {
			return left("dernier assistant de niveau 2")
		}
		return err
	}
	u.SuspendedAt, u.Reason = tx.Now, r.Reason
	if !l.Since.IsZero() { // the suspension comes back as it was
		u.SuspendedAt, u.Reason = l.Since, l.Reason
	}
	l.Says, l.Version = "compte suspendu", u.Version+1
	return errors.Join(putUser(tx, u), access.EndSessions(tx, u.ID))
}

func (r *massRun) reactivate(tx *data.Tx, u User, l *MassLine) error {
	if u.State() != Suspended {
		return left("n’est pas suspendu")
	}
	l.Since, l.Reason = u.SuspendedAt, u.Reason
	u.SuspendedAt, u.Reason = time.Time{}, ""
	l.Says, l.Version = "compte réactivé", u.Version+1
	return putUser(tx, u)
}

// untried refuses somebody who has no use for credentials of first connection.
func untried(tx *data.Tx, u User) (access.Account, error) {
	a, err := access.Accounts.Get(tx, u.ID)
	switch {
	case err != nil:
		return a, err
	case u.State() == Suspended:
		return a, left("compte suspendu")
	case u.State() != Inactive || a.Hash != "":
		return a, left("déjà activé")
	}
	return a, nil
}

// renew voids what somebody who never connected was given: their initial
// password, or the codes of the children of a relative.
func (r *massRun) renew(tx *data.Tx, u User, l *MassLine) error {
	a, err := untried(tx, u)
	if err != nil {
		return err
	}
	if u.Profile == Relative {
		return r.renewCodes(tx, a, l)
	}
	if err := access.Void(tx, a); err != nil {
		return err
	}
	l.Says = "mot de passe initial renouvelé"
	_, err = access.RenewInitial(tx, u.ID)
	return errors.Join(err, spoil(tx, u.ID))
}

// renewCodes renews those of the children of a relative within the reach of who
// asked.
func (r *massRun) renewCodes(tx *data.Tx, a access.Account, l *MassLine) error {
	children, err := r.children(tx, a.ID)
	if err != nil {
		return err
	}
	if len(children) == 0 {
		return left("aucun enfant dans votre périmètre")
	}
	if err := access.Void(tx, a); err != nil {
		return err
	}
	var names []string
	for _, child := range children {
		names = append(names, child.Label())
		if err := renewCodeOf(tx, child); err != nil {
			return err
		}
	}
	l.Says = "code renouvelé : " + strings.Join(names, ", ")
	return nil
}

// renewCodeOf renews the code of a pupil: what the relatives who have not used
// it hold is void.
func renewCodeOf(tx *data.Tx, child User) error {
	if _, err := renewChildCode(tx, child.ID); err != nil {
		return err
	}
	for _, l := range child.Links {
		if l.Relative == "" || !l.Confirmed.IsZero() {
			continue
		}
		if err := spoil(tx, l.Relative); err != nil {
			return err
		}
	}
	return nil
}

// children are those of a relative that who asked for the action reaches.
func (r *massRun) children(tx *data.Tx, relative string) (all []User, err error) {
	for child, err := range UsersByRelative.All(tx, relative) {
		if err != nil {
			return nil, err
		}
		if child.State() != Deleted && r.Reach.CoversAny(child.Places()) {
			all = append(all, child)
		}
	}
	return all, nil
}

// mail sends somebody who never connected what they are told of it.
func (r *massRun) mail(tx *data.Tx, u User, l *MassLine) error {
	if _, err := untried(tx, u); err != nil {
		return err
	}
	address := u.Email.Value()
	leaves, err := post.CarriesSecrets(tx)
	switch {
	case err != nil:
		return err
	case address == "":
		return left("pas d’adresse e-mail")
	case u.Unsure:
		return left("adresse e-mail non confirmée par la personne")
	case !leaves:
		return left("courriel non configuré sur cet appareil")
	}
	m := post.Mail{To: address, Subject: "Vos identifiants de première connexion", Secret: true}
	if u.Profile == Relative {
		err = r.familyMail(tx, u, &m)
	} else {
		err = initialMail(tx, u, &m)
	}
	if err != nil {
		return err
	}
	l.Says = "envoyé à " + address
	return errors.Join(post.Queue(tx, m), handOut(tx, u.ID, Mailed, address))
}

func initialMail(tx *data.Tx, u User, m *post.Mail) error {
	password, err := access.InitialPassword(tx, u.ID)
	m.Lines = []string{"Voici de quoi vous connecter à l’ENT pour la première fois. Vous y choisirez votre propre mot de passe : celui-ci ne servira plus."}
	m.Facts = []post.Fact{{Label: "Identifiant", Value: u.Login.Value()}, {Label: "Mot de passe", Value: password}}
	m.Links = []post.Link{{Label: "Me connecter", Path: "/connexion"}}
	return err
}

func (r *massRun) familyMail(tx *data.Tx, u User, m *post.Mail) error {
	children, err := r.children(tx, u.ID)
	switch {
	case err != nil:
		return err
	case len(children) == 0:
		return left("aucun enfant dans votre périmètre")
	case place(u.Postal.PostalCode, u.Postal.Town) == "":
		return left("adresse postale absente : utilisez « Code à remettre »")
	}
	m.Lines = []string{"Voici de quoi activer votre compte de parent dans l’ENT. Vous y choisirez votre mot de passe ; un seul code suffit."}
	m.Facts = []post.Fact{{Label: "Code postal", Value: u.Postal.PostalCode}, {Label: "Ville", Value: u.Postal.Town}}
	for _, child := range children {
		code, err := childCode(tx, child.ID)
		if err != nil {
			return err
		}
		m.Facts = append(m.Facts, post.Fact{Label: "Code de " + child.Label(), Value: code})
	}
	m.Links = []post.Link{{Label: "Activer mon compte", Path: "/activation"}}
	return nil
}

// prepareRecords makes the records passwords of those who keep one: hashing takes
// long, and no transaction waits for it.
func (r *massRun) prepareRecords(ctx context.Context, lines []MassLine) error {
	r.secrets = map[string][2]string{}
	var keepers []string
	if err := r.s.See(func(tx *data.Tx) error {
		for _, l := range lines {
			u, err := Users.Get(tx, l.User)
			if err != nil && !isMissing(err) {
				return err
			}
			if u.KeepsRecords() {
				keepers = append(keepers, u.ID)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, id := range keepers {
		password, hash, err := r.s.Gate().NewRecordsPassword(ctx)
		if err != nil {
			return err
		}
		r.secrets[id] = [2]string{password, hash}
	}
	return nil
}

func (r *massRun) records(tx *data.Tx, u User, l *MassLine) error {
	secret, made := r.secrets[u.ID]
	if !made && u.KeepsRecords() { // since a moment only
		return left("fonction modifiée à l’instant : à reprendre sur sa fiche")
	}
	err := sendRecords(tx, u, secret[0], secret[1])
	if refusal, ok := errors.AsType[*access.Refusal](err); ok {
		return left(refusal.Says)
	}
	l.Says = "envoyé à " + u.Email.Value()
	return err
}

// ResumeActions ends the mass actions that were under way when the appliance
// stopped.
func ResumeActions(ctx context.Context, g *access.Gate) error {
	open, err := actionsWhere(g.System("Actions reprises"), func(m MassAction) bool { return m.State == MassRunning || m.State == MassStopped })
	failed := []error{err}
	for _, m := range open {
		failed = append(failed, runAction(ctx, g.System(m.By+" (action reprise)"), m))
	}
	return errors.Join(failed...)
}

// preparedLife is how long an action waits to be confirmed.
const preparedLife = 24 * time.Hour

// ForgetActions drops the mass actions that nobody confirmed, and those older
// than deleted accounts are kept: they name people.
func ForgetActions(s *access.Session) error {
	old, err := actionsWhere(s, func(m MassAction) bool {
		age := s.Now().Sub(m.Made)
		return m.State == MassPrepared && age > preparedLife || m.State == MassDone && age > Retention
	})
	if err != nil {
		return err
	}
	for _, m := range old {
		if err := s.Upkeep(func(tx *data.Tx) error { return forgetAction(tx, m) }); err != nil {
			return err
		}
	}
	return nil
}

func forgetAction(tx *data.Tx, m MassAction) error {
	for i := range m.Total {
		if err := MassLines.Delete(tx, MassLine{Action: m.ID, N: i}.Key()); err != nil && !isMissing(err) {
			return err
		}
	}
	return MassActions.Delete(tx, m.ID)
}

// actionsWhere are the mass actions that are kept by a test, oldest first.
func actionsWhere(s *access.Session, keep func(MassAction) bool) (all []MassAction, err error) {
	err = s.See(func(tx *data.Tx) error {
		for m, err := range MassActions.All(tx) {
			if err != nil {
				return err
			}
			if keep(m) {
				all = append(all, m)
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b MassAction) int { return a.Made.Compare(b.Made) })
	return all, err
}

// eraseFromActions takes the name of somebody out of the mass actions that were
// done to them.
func eraseFromActions(tx *data.Tx, id string) error {
	var lines []MassLine
	for l, err := range MassLinesByUser.All(tx, id) {
		if err != nil {
			return err
		}
		lines = append(lines, l)
	}
	for _, l := range lines {
		l.User, l.Name, l.Says, l.Reason = "", "", "Personne effacée depuis.", ""
		if err := MassLines.Put(tx, l); err != nil {
			return err
		}
	}
	return nil
}
