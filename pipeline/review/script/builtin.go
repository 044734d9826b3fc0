package script

import (
	"strings"

	"stedi/pipeline/review/sparksql"
)

func textMethod(t text, attr string, a *callArgs) value {
	if v, ok := textOf(t, attr, a).(text); ok && len(v.s) <= maxText {
		return v
	}
	return unknown{attr}
}

// strip are the methods that take blanks from the ends of a text.
var strip = wordSet("strip lstrip rstrip")

// eachText is a method of a text with the name of a column that is not known.
func eachText(t text, attr string, a *callArgs) value {
	switch {
	case strip[attr] && len(a.pos) == 0: // no name has blanks around it
		return t
	case attr == "lower" && t.s == sparksql.EachName:
		return text{sparksql.EachLower, t.line}
	case attr == "upper" && t.s == sparksql.EachName:
		return text{sparksql.EachUpper, t.line}
	}
	return unknown{attr}
}

func textOf(t text, attr string, a *callArgs) value {
	if sparksql.HasEachName(t.s) && attr != "format" && attr != "join" {
		return eachText(t, attr, a)
	}
	switch attr {
	case "format":
		return text{formatBraces(t.s, a), t.line}
	case "strip":
		return text{strings.TrimSpace(t.s), t.line}
	case "rstrip":
		return text{strings.TrimRight(t.s, a.text("chars", 0)+" \n"), t.line}
	case "lower":
		return text{strings.ToLower(t.s), t.line}
	case "upper":
		return text{strings.ToUpper(t.s), t.line}
	case "replace":
		return text{replaced(t.s, a.text("old", 0), a.text("new", 1)), t.line}
	case "join":
		if parts, ok := texts(a.arg("iterable", 0)); ok {
			return text{strings.Join(parts, t.s), t.line}
		}
	}
	return unknown{attr}
}

// replaced is ReplaceAll for texts that do not grow beyond measure.
func replaced(s, old, by string) string {
	if strings.Count(s, old)*len(by) > maxText {
		return s
	}
	return strings.ReplaceAll(s, old, by)
}

func formatBraces(s string, a *callArgs) string {
	for i := range a.named.keys {
		if t, ok := plain(a.named.values[i]); ok {
			s = replaced(s, "{"+a.named.keys[i]+"}", t)
		}
	}
	for _, v := range a.pos {
		if t, ok := plain(v); ok && len(s) < maxText {
			s = strings.Replace(s, "{}", t, 1)
		}
	}
	return s
}

func (e *evaluator) containerMethod(of value, attr string, a *callArgs) value { //nolint:cyclop // one case for each form
	switch of := of.(type) {
	case *dict:
		switch attr {
		case "get":
			if v := of.get(a.text("key", 0)); v != nil {
				return v
			}
			if v := a.arg("default", 1); v != nil {
				return v
			}
			return none{}
		case "select":
			return e.collected(of, a.text("key", 0))
		case "items":
			l := &list{}
			for i := range of.keys {
				l.items = append(l.items, &list{[]value{text{of.keys[i], of.lines[i]}, of.values[i]}})
			}
			return l
		case "values":
			return &list{of.values}
		case "keys":
			l := &list{}
			for i := range of.keys {
				l.items = append(l.items, text{of.keys[i], of.lines[i]})
			}
			return l
		}
	case *list:
		if attr == "append" && len(a.pos) == 1 && len(of.items) < maxItems {
			of.items = append(of.items, a.pos[0])
			return none{}
		}
	case *arguments:
		switch attr {
		case "add_argument":
			if v := a.named.get("default"); v != nil {
				of.defaults[strings.ReplaceAll(strings.TrimLeft(a.text("name", 0), "-"), "-", "_")] = v
			}
			return none{}
		case "parse_args":
			return of
		case "parse_known_args":
			return &list{[]value{of, unknown{attr}}}
		case "get":
			if v := a.arg("default", 1); v != nil {
				if t, ok := v.(text); ok && t.s != "" {
					return v
				}
			}
			return of.get(a.text("key", 0), a.line)
		}
	}
	return e.outside(attr, a)
}
