package script

import "strings"

// str joins the parts of a string, of adjacent strings and of f-strings.
func (e *evaluator) str(s *syntax) value {
	if s.kind == "concatenated_string" {
		var b strings.Builder
		for _, k := range s.kids {
			if t, _ := plain(e.eval(k)); b.Len() < maxText {
				b.WriteString(t)
			}
		}
		return text{b.String(), s.line}
	}
	var b strings.Builder
	raw := strings.ContainsAny(strings.Trim(string(e.text[s.start:min(s.start+4, s.end)]), `"'`), "rR") && s.first() != nil && strings.ContainsAny(s.first().text, "rR")
	line := s.line
	for _, k := range s.kids {
		if b.Len() > maxText {
			break
		}
		switch k.kind {
		case "string_content":
			t := string(e.text[k.start:k.end])
			if !raw {
				t = unescape(t)
			}
			b.WriteString(t)
		case "interpolation":
			t, ok := plain(e.eval(k.get("expression")))
			if !ok {
				t = "${" + string(e.text[k.start:k.end]) + "}"
			}
			b.WriteString(t)
		}
	}
	return text{b.String(), line}
}

var escapes = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\"`, `"`, `\'`, `'`, "\\\n", "", `\r`, "\r")

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return escapes.Replace(s)
}
