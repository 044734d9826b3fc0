package s3_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"stedi/athena/awstest"
	"stedi/pipeline"
)

const (
	enabled    = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>`
	suspended  = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Suspended</Status></VersioningConfiguration>`
	never      = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`
	denied     = `<Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/x is not authorized to perform: s3:GetBucketVersioning</Message></Error>`
	unknown    = `<Error><Code>NotImplemented</Code><Message>A header you provided implies functionality that is not implemented.</Message></Error>`
	noLock     = `<Error><Code>ObjectLockConfigurationNotFoundError</Code><Message>Object Lock configuration does not exist for this bucket</Message></Error>`
	noRules    = `<Error><Code>NoSuchLifecycleConfiguration</Code><Message>The lifecycle configuration does not exist</Message></Error>`
	compliance = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>`
)

func rule(filter, more string) string {
	return `<LifecycleConfiguration><Rule><ID>Bob's rule</ID>` + filter + `<Status>Enabled</Status>` + more + `</Rule></LifecycleConfiguration>`
}

const ending = `<NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays></NoncurrentVersionExpiration>`

func TestDeletedDataThatStaysIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		versioning, lock, rules string
		wrong                   int
		says                    string
	}{
		"not versioned":                 {never, noLock, noRules, 0, "deleted data is gone"},
		"no rule":                       {enabled, noLock, noRules, 1, `--bucket lake --lifecycle-configuration '{"Rules":[{`},
		"suspended":                     {suspended, noLock, noRules, 1, "NoncurrentVersionExpiration"},
		"a rule for the bucket":         {enabled, noLock, rule(`<Filter/>`, ending), 0, "7 days"},
		"a rule for the lake":           {enabled, noLock, rule(`<Filter><Prefix>a/</Prefix></Filter>`, ending), 0, "7 days"},
		"a rule of the older form":      {enabled, noLock, rule(`<Prefix>a</Prefix>`, ending), 0, "7 days"},
		"a rule for another lake":       {enabled, noLock, rule(`<Filter><Prefix>b/</Prefix></Filter>`, ending), 1, `Bob'\''s rule`},
		"a rule for one folder":         {enabled, noLock, rule(`<Filter><Prefix>a/customer/</Prefix></Filter>`, ending), 1, "no lifecycle rule"},
		"a rule for a tag":              {enabled, noLock, rule(`<Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>`, ending), 1, "no lifecycle rule"},
		"a rule that keeps some":        {enabled, noLock, rule(`<Filter/>`, strings.Replace(ending, "</NoncurrentV", "<NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentV", 1)), 1, "no lifecycle rule"},
		"a rule for current versions":   {enabled, noLock, rule(`<Filter/>`, `<Expiration><Days>7</Days></Expiration>`), 1, `"Days":7`},
		"locked":                        {enabled, compliance, rule(`<Filter/>`, ending), 1, "COMPLIANCE) keeps each version for 30 days"},
		"nothing may be read":           {denied, denied, denied, 0, "not authorized to perform: s3:GetBucketVersioning"},
		"another server":                {unknown, unknown, unknown, 0, "NotImplemented"},
		"only the rules may be read":    {denied, denied, noRules, 0, "if the bucket is versioned"},
		"the rules may not be read":     {enabled, noLock, denied, 0, "its lifecycle is not known"},
		"the lock cannot be read alone": {enabled, unknown, rule(`<Filter/>`, ending), 0, "its object lock is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				text := ""
				for query, answer := range map[string]string{"versioning": c.versioning, "object-lock": c.lock, "lifecycle": c.rules} {
					if r.URL.Query().Has(query) {
						text = answer
					}
				}
				w.Header().Set("Content-Type", "application/xml")
				switch {
				case strings.Contains(text, "AccessDenied"):
					w.WriteHeader(http.StatusForbidden)
				case strings.Contains(text, "NotImplemented"):
					w.WriteHeader(http.StatusNotImplemented)
				case strings.Contains(text, "<Error>"):
					w.WriteHeader(http.StatusNotFound)
				}
				_, _ = io.WriteString(w, text)
			}))
			t.Cleanup(server.Close)
			found := open(t, awstest.Config(t, server.URL), "s3://lake/a").Retention(t.Context())
			wrong, text := 0, ""
			for _, f := range found {
				text += f.Says + "\n" + f.Fix + "\n"
				if f.Wrong {
					wrong++
					if f.Kind != pipeline.BadUsage {
						t.Errorf("kind %d: %s", f.Kind, f.Says)
					}
				}
			}
			if wrong != c.wrong || !strings.Contains(text, c.says) {
				t.Errorf("%d are wrong:\n%s", wrong, text)
			}
			wantConfiguration(t, text)
		})
	}
}

// wantConfiguration checks the JSON of a command that is in a text.
func wantConfiguration(t *testing.T, text string) {
	t.Helper()
	_, text, found := strings.Cut(text, "--lifecycle-configuration '")
	if !found {
		return
	}
	text, _, _ = strings.Cut(text, "'`")
	var all struct{ Rules []map[string]any }
	if err := json.Unmarshal([]byte(strings.ReplaceAll(text, `'\''`, "'")), &all); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	last := all.Rules[len(all.Rules)-1]
	if len(last) != 5 || last["ID"] != "stedi a/" || last["Status"] != "Enabled" || fmt.Sprint(last["Filter"]) != "map[Prefix:a/]" {
		t.Errorf("the rule is %v", last)
	}
}
