package awstest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// A model is what botocore, Amazon's SDK for Python, knows of a service: the
// operations, and the members, lengths, patterns and enums of their inputs.
type model struct {
	Operations map[string]struct {
		Input struct {
			Shape string `json:"shape"`
		} `json:"input"`
	} `json:"operations"`
	Shapes map[string]*shape `json:"shapes"`
}

type shape struct {
	Type     string               `json:"type"`
	Required []string             `json:"required"`
	Members  map[string]reference `json:"members"`
	Member   reference            `json:"member"`
	Key      reference            `json:"key"`
	Value    reference            `json:"value"`
	Enum     []string             `json:"enum"`
	Pattern  string               `json:"pattern"`
	Min      *float64             `json:"min"`
	Max      *float64             `json:"max"`
}

type reference struct {
	Shape string `json:"shape"`
	Name  string `json:"locationName"`
}

// services are the names in botocore of the services that requests address.
var services = map[string]string{"AmazonAthena": "athena", "AWSGlue": "glue", "Logs_20140328": "logs"}

var models sync.Map // of *model, by the name of the service

// modelOf reads the model of a service from below the folder where
// .ci/counterparts has installed botocore.
func modelOf(folder, service string) (*model, error) {
	if known, ok := models.Load(service); ok {
		return known.(*model), nil //nolint:forcetypeassert // nothing else is stored
	}
	found, err := filepath.Glob(filepath.Join(folder, "ministack", "lib", "python3*", "site-packages", "botocore", "data", service, "*", "service-2.json.gz"))
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("botocore has no model of %s (%w)", service, err)
	}
	file, err := os.Open(slices.Max(found))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	m := &model{}
	if err := json.NewDecoder(text).Decode(m); err != nil {
		return nil, err
	}
	models.Store(service, m)
	return m, nil
}

// invalid returns what the model of its service, from below folder, says against a
// request. It reads the body and puts it back.
func invalid(folder string, r *http.Request) (faults []string) {
	service, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	form := r.Header.Get("Content-Type") == "application/x-www-form-urlencoded"
	if !ok && !form {
		return nil // S3, whose server checks what it is asked
	}
	text, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(text))
	if err != nil {
		return nil // the connection was closed
	}
	var value any
	if form {
		values, err := url.ParseQuery(string(text))
		if err != nil {
			return []string{err.Error()}
		}
		operation, service = values.Get("Action"), "iam"
		if values.Get("Version") == "2011-06-15" {
			service = "sts"
		}
		value = members(values)
	} else {
		service = services[service]
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&value); err != nil {
			return []string{err.Error()}
		}
	}
	m, err := modelOf(folder, service)
	if err != nil {
		return []string{err.Error()}
	}
	call, ok := m.Operations[operation]
	if !ok {
		return []string{service + " has no operation " + operation}
	}
	if call.Input.Shape == "" {
		return nil
	}
	c := &checker{model: m}
	c.check(service+":"+operation, m.Shapes[call.Input.Shape], value)
	return c.faults
}

// members are the flat parameters of a form; none of the calls has others.
func members(values url.Values) map[string]any {
	all := map[string]any{}
	for name := range values {
		if name != "Action" && name != "Version" {
			all[name] = values.Get(name)
		}
	}
	return all
}

type checker struct {
	model  *model
	faults []string
}

func (c *checker) fault(at, format string, values ...any) {
	c.faults = append(c.faults, at+" "+fmt.Sprintf(format, values...))
}

func (c *checker) check(at string, s *shape, value any) {
	switch v := value.(type) {
	case map[string]any:
		c.checkMap(at, s, v)
	case []any:
		if s.Type != "list" {
			c.fault(at, "is a list, not a %s", s.Type)
			return
		}
		c.checkRange(at, s, float64(len(v)))
		for i, one := range v {
			c.check(fmt.Sprintf("%s[%d]", at, i), c.model.Shapes[s.Member.Shape], one)
		}
	case string:
		c.checkString(at, s, v)
	case json.Number:
		n, err := v.Float64()
		if err != nil || !slices.Contains([]string{"integer", "long", "double", "float", "timestamp"}, s.Type) {
			c.fault(at, "is a number, not a %s", s.Type)
			return
		}
		c.checkRange(at, s, n)
	case bool:
		if s.Type != "boolean" {
			c.fault(at, "is a boolean, not a %s", s.Type)
		}
	}
}

func (c *checker) checkMap(at string, s *shape, v map[string]any) {
	if s.Type == "map" {
		c.checkRange(at, s, float64(len(v)))
		for key, one := range v {
			c.check(at+" key "+key, c.model.Shapes[s.Key.Shape], key)
			c.check(at+"."+key, c.model.Shapes[s.Value.Shape], one)
		}
		return
	}
	if s.Type != "structure" {
		c.fault(at, "is an object, not a %s", s.Type)
		return
	}
	for _, name := range s.Required {
		if _, ok := v[cmp.Or(s.Members[name].Name, name)]; !ok {
			c.fault(at, "lacks %s", name)
		}
	}
	for name, one := range v {
		member := reference{}
		for known, m := range s.Members {
			if cmp.Or(m.Name, known) == name {
				member = m
			}
		}
		if member.Shape == "" {
			c.fault(at, "has no member %s", name)
			continue
		}
		c.check(at+"."+name, c.model.Shapes[member.Shape], one)
	}
}

func (c *checker) checkString(at string, s *shape, v string) {
	switch s.Type {
	case "string":
	case "integer", "long", "boolean", "timestamp", "double", "blob": // in a form
		return
	default:
		c.fault(at, "is a text, not a %s", s.Type)
		return
	}
	c.checkRange(at, s, float64(utf8.RuneCountInString(v)))
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		c.fault(at, "is %q, which is none of %v", v, s.Enum)
	}
	if s.Pattern == "" {
		return
	}
	pattern, err := regexp.Compile(`\A(?:` + asGo(s.Pattern) + `)\z`)
	if err == nil && !pattern.MatchString(v) { // Go has no look-ahead, which few patterns use
		c.fault(at, "is %q, which does not match %s", v, s.Pattern)
	}
}

// checkRange compares a length or a number with its limits.
func (c *checker) checkRange(at string, s *shape, n float64) {
	if s.Min != nil && n < *s.Min {
		c.fault(at, "is %v, and the least is %v", n, *s.Min)
	}
	if s.Max != nil && *s.Max > 0 && n > *s.Max {
		c.fault(at, "is %v, and the most is %v", n, *s.Max)
	}
}

var unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// asGo translates a pattern of Java, whose texts are of UTF-16.
func asGo(pattern string) string {
	pattern = strings.ReplaceAll(pattern, `\uD800\uDC00-\uDBFF\uDFFF`, `\x{10000}-\x{10FFFF}`)
	return unicodeEscape.ReplaceAllString(pattern, `\x{$1}`)
}
