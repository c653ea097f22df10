package demo

import (
	"fmt"
	"strings"

	"preau/app/format/aaf"
)

// A town is invented, and its postal code is of no département.
type town struct{ name, code string }

var towns = func() []town {
	var all []town
	for i, name := range list(`Rivemont, Saint-Aubin-sur-Lisse, Valfleuri, Montclar-le-Pont, La Chênaie-aux-Dames,
		Bois-l'Évêque-sur-Lisse, Port-Mélusine, Grandval-les-Étangs, Les Essarts-Neufs, Sainte-Ysolde, Noiremare,
		Courtefontaine-en-Vexoire, Châtelvieux-sur-Orme, Mirebelle, L'Hay-aux-Tilleuls, Beaurepas, Aubeterrelle,
		Villeneuve-la-Rivière-aux-Aulnes, Pierrelongue-le-Haut, Sérifontel, Vauxgrenant, Orvilliers-la-Forge,
		Maisoncelette, Saint-Fulbert-des-Prés, Fontenelle-la-Sèche, Bréhanval, Clairlieu-sur-Vire-Neuve, Hautecombelle,
		La Ferté-Sauvageonne, Neuvy-les-Moulins-Blancs, Tournebride, Rochemaurelle, Saint-Ouenne, Épinelle-sur-Lisse`) {
		all = append(all, town{name, fmt.Sprintf("99%02d0", 10+i)})
	}
	return all
}()

var roads = list(`rue, rue, rue, rue, rue, rue, avenue, avenue, impasse, allée, chemin, place, boulevard, square, sente`)

var roadNames = list(`des Lilas, de la Gare, du Moulin, des Écoles, de la République, du Général-Nul, des Acacias,
	de l'Église, du Stade, des Peupliers, de la Fontaine, du Château d'Eau, des Tanneurs, de l'Abreuvoir, du Lavoir,
	des Coquelicots, de la Liberté, des Trois-Ponts, du Vieux-Pressoir, de l'Aqueduc, des Mariniers, du Bac,
	de la Tuilerie, des Vergers, du Chêne-Rond, de la Mairie, des Bleuets, du Puits, de l'Écluse, des Jonquilles,
	du Marché-aux-Grains, de la Croix-Blanche, des Sœurs-Grises, du Colombier, de la Paix, des Hirondelles`)

// address draws a home in a town, as files spell one: upper case, at times with
// the town written the way people write it.
func (d dice) address(in town) aaf.Address {
	street := fmt.Sprintf("%d %s%s %s", d.between(1, 98), d.of([]string{"", "", "", "", "", "", "bis ", "ter "}), d.of(roads), d.of(roadNames))
	lines := []string{strings.ToUpper(street)}
	if d.chance(0.15) {
		lines = append(lines, fmt.Sprintf("BAT %c", 'A'+rune(d.IntN(6))))
		if d.chance(0.4) {
			lines = append(lines, fmt.Sprintf("APPT %d", d.between(1, 60)))
		}
	}
	name := strings.ToUpper(in.name)
	if d.chance(0.1) {
		name = strings.NewReplacer("SAINT-", "ST ", "SAINTE-", "STE ", "-", " ").Replace(name)
	}
	return aaf.Address{Lines: lines, PostalCode: in.code, Town: name, Country: "FRANCE"}
}

// abroad is where the one family in a hundred lives whose address no postal
// code tells.
func (d dice) abroad() aaf.Address {
	return aaf.Address{
		Lines: []string{fmt.Sprintf("%d RUE DE LA FRONTIERE", d.between(1, 60))},
		Town:  "NEUVE-LISSE", Country: "BELGIQUE",
	}
}

// Numbers of the ranges that are kept for fiction.
func (d dice) landline() string { return fmt.Sprintf("+3319900%04d", d.IntN(10000)) }
func (d dice) mobile() string   { return fmt.Sprintf("+3363998%04d", d.IntN(10000)) }
