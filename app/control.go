package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"preau/app/access"
)

// While the appliance runs, its directory holds a socket through which the
// commands that do not need it stopped ask it to act.
const socketName = "preau.sock"

// longestSocket is the most that the system takes as the path of a socket.
const longestSocket = 100

// socketOf is the socket of a directory: inside it, or beside the system's
// temporary files when its path is too long for one.
func socketOf(dir string) string {
	path := filepath.Join(dir, socketName)
	if len(path) <= longestSocket {
		return path
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(os.TempDir(), fmt.Sprintf("preau-%x.sock", sum[:8]))
}

// ControlBackup and ControlAdmin are what the socket answers to.
const (
	ControlBackup = "/sauvegarde"
	ControlAdmin  = "/administrateur"
)

// Control answers the commands of the socket until ctx is done.
func (a *App) Control(ctx context.Context) error {
	path := socketOf(a.cfg.Dir)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+ControlBackup, answer(a.Backup))
	mux.HandleFunc("POST "+ControlAdmin, answer(a.CreateAdministrator))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	a.Go("commandes", func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.cfg.Log.Error().Err(err).Msg("commandes")
		}
	})
	context.AfterFunc(ctx, func() { server.Close() })
	return nil
}

// answer makes a handler of an operation whose input is JSON.
func answer[T any](do func(context.Context, T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in)
		if err == nil {
			err = do(r.Context(), in)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		}
	}
}

// Ask sends a command to the appliance that runs on a directory. running is
// false when none does.
func Ask(ctx context.Context, dir, command string, in any) (running bool, err error) {
	path := socketOf(dir)
	conn, err := net.Dial("unix", path)
	if err != nil {
		return false, nil
	}
	conn.Close()
	body, err := json.Marshal(in)
	if err != nil {
		return true, err
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://preau"+command, bytes.NewReader(body))
	if err != nil {
		return true, err
	}
	res, err := client.Do(req)
	if err != nil {
		return true, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		says, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
		return true, errors.Join(err, errors.New(string(bytes.TrimSpace(says))))
	}
	return true, nil
}

// Backup writes a whole backup, which can be read while the appliance runs on.
func (a *App) Backup(ctx context.Context, file string) error {
	if err := a.Store.Backup(ctx, file); err != nil {
		return fmt.Errorf("la sauvegarde n’a pas été faite : %w", err)
	}
	return nil
}

// AdminForm is what the command line says of an administrator.
type AdminForm struct {
	Login, LastName, FirstName, Email, Password string
	Role                                        access.Role
	Academy, UAI                                string
}

// CreateAdministrator makes an administrator, or renews the password of one.
func (a *App) CreateAdministrator(ctx context.Context, f AdminForm) error {
	if !access.OpensConsole(f.Login) {
		return fmt.Errorf("le login %q n’a pas la forme prenom.nom : lettres sans accent, chiffres, point ou tiret", f.Login)
	}
	place, err := a.placeFor(f)
	if err != nil {
		return err
	}
	err = access.Create(ctx, a.Gate.System("Ligne de commande"), access.NewAdministrator{
		Login: f.Login, LastName: f.LastName, FirstName: f.FirstName, Email: f.Email, Password: f.Password, Role: f.Role, In: place})
	if refusal, ok := errors.AsType[*access.Refusal](err); ok {
		for field, says := range refusal.Fields {
			return fmt.Errorf("%s : %s", field, says)
		}
	}
	return err
}
