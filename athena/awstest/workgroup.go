package awstest

// workgroupChange is what a call changes in the settings of the workgroup. All
// names are those of one workgroup here.
type workgroupChange struct {
	Enforce *bool          `json:"EnforceWorkGroupConfiguration"`
	Result  *resultChange  `json:"ResultConfiguration"`
	Updates *resultChange  `json:"ResultConfigurationUpdates"`
	Managed *managedChange `json:"ManagedQueryResultsConfigurationUpdates"`
}

type resultChange struct {
	OutputLocation string `json:"OutputLocation"`
	Remove         bool   `json:"RemoveOutputLocation"`
}

type managedChange struct {
	Enabled bool `json:"Enabled"`
}

// changeWorkgroup changes the settings of the workgroup.
func (a *Athena) changeWorkgroup(change workgroupChange) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, result := range []*resultChange{change.Result, change.Updates} {
		switch {
		case result == nil:
		case result.Remove:
			a.location = ""
		case result.OutputLocation != "":
			a.location = result.OutputLocation
		}
	}
	if change.Enforce != nil {
		a.enforced = *change.Enforce
	}
	if change.Managed != nil {
		a.managed = change.Managed.Enabled
	}
}
