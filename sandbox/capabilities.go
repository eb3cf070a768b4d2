package sandbox

import "sort"

// capability is one thing that an account asked to be able to do.
func capability(account object, name string) object {
	requirements := clone(sub(account, "requirements"))
	return object{
		"id": name, "object": "capability", "account": account["id"], "future_requirements": noRequirements(), "requested": true,
		"requested_at": account["created"], "requirements": requirements, "status": sub(account, "capabilities")[name],
	}
}

func listCapabilities(c *call) (object, error) {
	o, err := getAccount(c)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for name := range sub(o, "capabilities") {
		names = append(names, name)
	}
	sort.Strings(names)
	data := []any{}
	for _, name := range names {
		data = append(data, capability(o, name))
	}
	return object{"object": "list", "data": data, "has_more": false}, nil
}

func getCapability(c *call) (object, error) {
	o, err := getAccount(c)
	if err != nil {
		return nil, err
	}
	if sub(o, "capabilities")[c.path("capability")] == nil {
		return nil, missing("capability", c.path("capability"))
	}
	return capability(o, c.path("capability")), nil
}

func updateCapability(c *call) (object, error) {
	o, err := getAccount(c)
	if err != nil {
		return nil, err
	}
	name := c.path("capability")
	c.params["capabilities"] = object{name: object{"requested": c.params["requested"]}}
	o, err = c.changeAccount(o, func() { c.takeAccount(o) })
	if err != nil {
		return nil, err
	}
	shown := capability(o, name)
	if shown["status"] == nil {
		shown["requested"], shown["status"] = false, "unrequested"
	}
	return shown, nil
}

func listExternalAccounts(c *call) (object, error) {
	o, err := getAccount(c)
	if err != nil {
		return nil, err
	}
	shown := clone(sub(o, "external_accounts"))
	if wantedKind := str(c.params, "object"); wantedKind == "card" {
		shown["data"] = []any{}
	}
	return shown, nil
}
