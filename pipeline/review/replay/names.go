package replay

import (
	"path"
	"regexp"
	"strings"
)

// meaning is what a name says about a table: whose rows, and which zone.
type meaning struct{ entity, zone string }

// entityWords and zoneWords map the beginnings of words to their meanings.
// People misspell them in many ways.
var (
	entityWords = [][2]string{
		{"machine", "ml"},
		{"ml", "ml"},
		{"final", "final"},
		{"accel", "accelerometer"},
		{"acel", "accelerometer"},
		{"accler", "accelerometer"},
		{"acceler", "accelerometer"},
		{"accl", "accelerometer"},
		{"accer", "accelerometer"},
		{"customer", "customer"},
		{"cust", "customer"},
		{"steptrainer", "step_trainer"},
		{"trainer", "step_trainer"},
		{"step", "step_trainer"},
		{"train", "step_trainer"},
	}
	zoneWords = [][2]string{{"land", "landing"}, {"raw", "landing"}, {"ingest", "landing"}, {"trust", "trusted"}, {"turst", "trusted"}, {"trsut", "trusted"}, {"curat", "curated"}, {"crated", "curated"}}
	wordRE    = regexp.MustCompile(`[A-Z]+[a-z]*|[a-z]+`)
)

// means reads a name. The last word of a kind counts: trusted rows may lie
// below the prefix of the landing zone.
func means(name string) meaning {
	var m meaning
	var entities []string
	for _, w := range wordRE.FindAllString(name, -1) {
		w = strings.ToLower(w)
		if e := entityWord(w); e != "" {
			entities = append(entities, e)
		}
		zone := ""
		for _, z := range zoneWords {
			if strings.Contains(w, z[0]) {
				zone = z[1]
			}
		}
		for _, z := range []string{"landing", "trusted", "curated"} {
			if zone == "" && isNearly(w, z, 1) {
				zone = z
			}
		}
		if zone != "" {
			m.zone = zone
		}
	}
	m.entity = entityOf(entities)
	return m
}

// entityWord is whose rows a word means, or "".
func entityWord(w string) string {
	if w == "acc" {
		return "accelerometer"
	}
	for _, e := range entityWords {
		if strings.HasPrefix(w, e[0]) && (e[0] != "ml" || w == "ml" || w == "mlcurated") {
			return e[1]
		}
	}
	for _, e := range []string{"customer", "accelerometer"} {
		if isNearly(strings.TrimSuffix(w, "s"), e, 2) {
			return e
		}
	}
	return ""
}

// isNearly reports whether a word differs from another one by at most that many
// letters that are missing, added, wrong or exchanged with the next.
func isNearly(word, other string, most int) bool {
	if len(word) < len(other)-most || len(word) > len(other)+most || word == "" || word[0] != other[0] {
		return false
	}
	before, row := []int(nil), make([]int, len(other)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(word) {
		next := make([]int, len(other)+1)
		next[0] = i + 1
		for k := range len(other) {
			cost := 1
			if word[i] == other[k] {
				cost = 0
			}
			next[k+1] = min(row[k+1]+1, next[k]+1, row[k]+cost)
			if i > 0 && k > 0 && word[i] == other[k-1] && word[i-1] == other[k] {
				next[k+1] = min(next[k+1], before[k-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(other)] <= most
}

// Meaning is what a name says about a table: whose rows, and which zone; "" is
// not known. Of a name with several zones it says nothing.
func Meaning(name string) (entity, zone string) {
	if zonesIn(name) != 1 {
		return "", ""
	}
	m := means(name)
	return m.entity, m.zone
}

// entityOf chooses among the entities of a name: machine learning is the table
// of which the others are parts.
func entityOf(found []string) string {
	entity := ""
	for _, e := range found {
		switch {
		case e == "ml":
			return "ml"
		case e == "final":
		case entity == "" || entity == e:
			entity = e
		default:
			return "" // rows of two tables: a table of its own
		}
	}
	if entity == "" && len(found) > 0 {
		return "ml" // "final" alone
	}
	return entity
}

// stemOf is the last part of a path without its extension.
func stemOf(name string) string {
	return strings.TrimSuffix(path.Base(name), path.Ext(name))
}

// toRE matches the word between the two zones in the name of a job, such as
// customer_landing_to_trusted, customer landing 2 trusted or customerLandingToTrusted.
var toRE = regexp.MustCompile(`[^A-Za-z0-9](?i:to|2)[^A-Za-z0-9]|To(?:[A-Z]|[^A-Za-z0-9])`)

// fromTo takes the name of a job apart at that word.
func fromTo(base string) (before, after string, ok bool) {
	at := toRE.FindStringIndex(base)
	if at == nil {
		return "", "", false
	}
	return base[:at[0]], base[at[1]-1:], true
}

// zonesIn counts the zones that a name has.
func zonesIn(name string) int {
	found := map[string]bool{}
	for _, w := range wordRE.FindAllString(name, -1) {
		if z := means(w).zone; z != "" {
			found[z] = true
		}
	}
	return len(found)
}
