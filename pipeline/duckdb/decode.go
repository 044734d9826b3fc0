package duckdb

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
)

// DecodeTree decodes a syntax tree in the format of json_serialize_sql, in which
// numbers that are too large for a double, such as 1e400, are not JSON: they
// become tooLarge.
func DecodeTree(serialized []byte, tree any) error {
	decoder := json.NewDecoder(bytes.NewReader(withoutInfinity(serialized)))
	decoder.UseNumber()
	return decoder.Decode(tree)
}

const infinity, tooLarge = "Infinity", "1e999"

// withoutInfinity replaces the infinite numbers of a JSON text.
func withoutInfinity(text []byte) []byte {
	if !bytes.Contains(text, []byte(infinity)) {
		return text
	}
	var out []byte
	inString := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\' && i+1 < len(text):
			out = append(out, c)
			i++
		case c == '"':
			inString = !inString
		case !inString && bytes.HasPrefix(text[i:], []byte(infinity)):
			out = append(out, tooLarge...)
			i += len(infinity) - 1
			continue
		}
		out = append(out, text[i])
	}
	return out
}

// castInfinity replaces the constants of a tree that are too large by casts of
// text, since json_deserialize_sql reads no infinite number.
func castInfinity(tree any) {
	walk(tree, func(node map[string]any) {
		value := field(node, "value")
		number, _ := value["value"].(json.Number)
		text := strings.Replace(string(number), tooLarge, infinity, 1)
		if node["class"] != "CONSTANT" || text == string(number) {
			return
		}
		constant := maps.Clone(node)
		constant["alias"] = ""
		constant["value"] = map[string]any{"type": map[string]any{"id": "VARCHAR", "type_info": nil}, "is_null": false, "value": text}
		delete(node, "value")
		node["class"], node["type"], node["try_cast"] = "CAST", "OPERATOR_CAST", false
		node["child"], node["cast_type"] = constant, value["type"]
	})
}
