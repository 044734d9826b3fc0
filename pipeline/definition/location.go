package definition

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// otherLake is a LOCATION of a lake in S3 that has a name.
var otherLake = regexp.MustCompile(`^(?i:s3[an]?)://([^/]*)(?:/(.*))?$`)

// folderOf finds the folder of the lake that a landing table's LOCATION means,
// and what to tell about it. ${lake}/FOLDER/ is that folder. A location in S3
// means the first of these folders that the lake has:
//
//   - the path below the bucket, then the same path without its first folders,
//     one less each time;
//   - the name of the table with its last underscore as a slash, such as
//     customer/landing for customer_landing;
//   - the name of the table.
//
// If the lake has none of them, it means the path below the bucket or, where
// there is no path, the next of these.
func (l *loader) folderOf(ddl tableDDL) (folder, note string, ok bool) {
	if folder, ok := strings.CutPrefix(ddl.location, "${lake}/"); ok {
		return strings.Trim(folder, "/"), "", true
	}
	parts := otherLake.FindStringSubmatch(ddl.location)
	if parts == nil {
		return "", "", false
	}
	candidates := foldersFor(parts[2], strings.ToLower(ddl.name))
	folder = candidates[0]
	if l.places.Has != nil {
		if i := slices.IndexFunc(candidates, l.places.Has); i >= 0 {
			folder = candidates[i]
		}
	}
	return folder, fmt.Sprintf("%.120q is read as ${lake}/%s/", ddl.location, folder), true
}

func foldersFor(below, table string) []string {
	var folders []string
	add := func(folder string) {
		if safePath.MatchString(folder) && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	below = strings.Trim(below, "/")
	if below != "" && !safePath.MatchString(below) {
		folders = append(folders, below) // add would refuse it, and so will the loader
	}
	for rest, more := below, true; more; {
		add(rest)
		_, rest, more = strings.Cut(rest, "/")
	}
	if i := strings.LastIndexByte(table, '_'); i > 0 {
		add(table[:i] + "/" + table[i+1:])
	}
	add(table)
	if len(folders) == 0 {
		folders = append(folders, table)
	}
	return folders
}

// portable is the statement with what holds in any lake: no database, the
// location below ${lake}, and a ROW FORMAT.
func (d tableDDL) portable(text, folder string) string {
	type edit struct {
		span
		text string
	}
	edits := []edit{{d.locationAt, "'${lake}/" + folder + "/'"}}
	if d.database != "" {
		edits = append(edits, edit{d.nameAt, "`" + strings.ReplaceAll(d.name, "`", "``") + "`"})
	}
	if !d.hasFormat {
		edits = append(edits, edit{span{d.formatAt, d.formatAt}, "ROW FORMAT SERDE '" + openX + "'\n"})
	}
	for _, semicolon := range d.semicolons {
		edits = append(edits, edit{semicolon, ""})
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.start - a.start })
	for _, e := range edits {
		text = text[:e.start] + e.text + text[e.end:]
	}
	return text
}
