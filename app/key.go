package app

import (
	"preau/app/access"
	"preau/data"
)

var changingKey = access.NewAction("appliance.key", "La clé de l’appareil a changé", access.RunAppliance, data.Important)

// KeyChanged is what has to be done again when the secrets of the store were
// sealed by another key, as after a restore without it.
const KeyChanged = "La clé de l’appareil n’est pas celle qui a scellé ses secrets. Si le fichier « cle » d’origine existe encore, remettez-le avant toute chose, ou désignez-le par --key-file. Sinon : " + keyLost

const keyLost = "le mot de passe du serveur de courriel est à saisir de nouveau ; les mots de passe de première connexion, les codes des enfants et les codes à remettre qui ont été distribués ne valent plus, d’autres sont émis quand on les affiche ; les seconds facteurs et leurs codes de secours sont perdus, et les administrateurs qui en avaient un reviennent par « preau admin create »."

// recogniseKey tells whoever opens the appliance that its key is not the one of
// its secrets. A store that was never told takes the key it is opened with.
func (a *App) recogniseKey() error {
	var told bool
	if err := a.Store.View(data.System(keyJob), func(tx *data.Tx) (err error) {
		a.keyKnown, told, err = tx.KeyKnown()
		return err
	}); err != nil {
		return err
	}
	if told && !a.keyKnown {
		a.cfg.Log.Warn().Msg(KeyChanged)
		return nil
	}
	if !told {
		a.keyKnown = true
		if err := a.Store.Unlogged(data.System(keyJob), (*data.Tx).KeepKey); err != nil {
			a.cfg.Log.Error().Err(err).Msg("clé à reconnaître") // a disk that is full keeps nobody out
		}
	}
	return nil
}

const keyJob = "Clé de l’appareil"

// keepKey goes on with another key than the one of the secrets, and writes so. It
// waits for the appliance to be served: until then, the former key may come back.
func (a *App) keepKey() error {
	if a.keyKnown {
		return nil
	}
	set, err := a.Settings()
	if err != nil {
		return err
	}
	a.keyKnown = true
	return a.Gate.System(keyJob).Record((*data.Tx).KeepKey, data.Fact{Action: changingKey.Action, About: set, Note: keyLost})
}
