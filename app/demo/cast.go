package demo

import "preau/app/access"

// Password is that of every named account of a demo.
const Password = "demo-preau-2026"

// RecordsPassword is that of every teacher, and of the staff of direction and
// education, who have signed in.
const RecordsPassword = "123456"

// actor is somebody whom every demo has, by the login that is always theirs.
type actor struct {
	login string
	last  string // administrators who are nobody in the directory have a name here
	first string
	role  access.Role
	says  string // in the table of accounts
}

// cast is the table of product.md.
var cast = []actor{
	{login: "claire.moreau", role: access.LocalAdmin, says: "Administratrice locale du lycée Honoré de Balzac, enseignante"},
	{login: "sophie.girard", role: access.LocalAdmin, says: "Administratrice locale de deux autres établissements"},
	{login: "paul.lefevre", last: "LEFEVRE", first: "Paul", role: access.AcademyAdvisor, says: "Personnel d’accompagnement académique"},
	{login: "nadia.benali", last: "BENALI", first: "Nadia", role: access.AcademySupport, says: "Assistante de plate-forme académique"},
	{login: "marc.dubois", last: "DUBOIS", first: "Marc", role: access.Level2Support, says: "Assistant de niveau 2"},
	{login: "helene.rousseau", says: "Proviseure du lycée Honoré de Balzac"},
	{login: "julien.petit", says: "Enseignant"},
	{login: "lucas.martin", says: "Élève"},
	{login: "anne.martin", says: "Mère de Lucas"},
	{login: "invite.demo", last: "DEMO", first: "Invite", says: "Invité"},
}
