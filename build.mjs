// Gathers what the pages take from npm into assets/lib, which git ignores and
// the executable embeds: htmx, the font, the icons that templates and Go files
// name; and the licences of all that the executable holds, Go modules included.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";

const out = "assets/lib";
const module = name => `node_modules/${name}`;

await mkdir(out, { recursive: true });
await build({ entryPoints: ["assets/npm/htmx.js"], bundle: true, minify: true, format: "iife", target: "es2022", charset: "utf8", legalComments: "none", outdir: out, logLevel: "warning" });
await cp(`${module("@fontsource-variable/inter")}/files/inter-latin-wght-normal.woff2`, `${out}/inter.woff2`);

const names = new Set();
for (const root of ["assets/templates", "ui"]) {
	for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
		if (!/\.(html|go)$/.test(entry.name)) continue;
		const text = await readFile(`${entry.parentPath}/${entry.name}`, "utf8");
		for (const m of text.matchAll(/icon "([a-z0-9-]+)"|Icon\("([a-z0-9-]+)"\)|Icon:\s*"([a-z0-9-]+)"/g)) names.add(m[1] ?? m[2] ?? m[3]);
	}
}
const symbols = await Promise.all([...names].sort().map(async name => {
	const svg = await readFile(`${module("bootstrap-icons")}/icons/${name}.svg`, "utf8");
	return svg.replace(/\s+/g, " ").replace(/<svg[^>]*>/, `<symbol id="${name}" viewBox="0 0 16 16">`).replace("</svg>", "</symbol>").trim();
}));
await writeFile(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);

const used = ["htmx.org", "@fontsource-variable/inter", "bootstrap-icons"];
const notices = await Promise.all(used.map(async name => {
	const { version, license } = JSON.parse(await readFile(`${module(name)}/package.json`, "utf8"));
	return `${name} ${version} (${license})\n\n${await readFile(`${module(name)}/LICENSE`, "utf8")}`;
}));
const modules = new Set(execFileSync("go", ["list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "."], { encoding: "utf8" }).split("\n").filter(Boolean));
for (const line of [...modules].sort()) {
	const [path, version, dir] = line.split("\t");
	const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter(f => f.isFile() && /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(f.name) && !/testdata|node_modules/.test(f.parentPath));
	if (files.length === 0) throw new Error(`${path} has no licence`);
	const texts = await Promise.all(files.map(f => readFile(`${f.parentPath}/${f.name}`, "utf8")));
	notices.push(`${path} ${version}\n\n${[...new Set(texts)].join("\n\n")}`);
}
await writeFile(`${out}/licences.txt`, notices.join("\n\n----\n\n"));
console.log(`assets/lib: htmx, Inter, ${names.size} icons, ${notices.length} licences`);
