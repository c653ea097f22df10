// Package assets holds the files that the executable embeds: templates, style
// sheet, scripts, images, and what the build gathers from npm.
package assets

import "embed"

// Templates are the pages and their parts.
//
//go:embed templates
var Templates embed.FS

// Static are the files served as they are.
//
//go:embed css js img all:lib
var Static embed.FS
