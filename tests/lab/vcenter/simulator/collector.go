package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// PropertyCollector is the library's, with what its own lacks: pages, and an update feed whose cost is that of the
// changes (the library collects the whole inventory again for every single one).
type PropertyCollector struct {
	simulator.PropertyCollector

	mu      sync.Mutex
	pages   map[string][]types.ObjectContent
	feed    *feed
	version int
	queue   []types.PropertyFilterUpdate
	members map[types.ManagedObjectReference]map[types.ManagedObjectReference]bool
	cancel  context.CancelFunc
}

func newCollector() *PropertyCollector {
	collector := &PropertyCollector{}
	collector.Self = simulator.Map.Get(vim25.ServiceInstance).(*simulator.ServiceInstance).Content.PropertyCollector
	return collector
}

// CreatePropertyCollector makes one of ours.
func (pc *PropertyCollector) CreatePropertyCollector(ctx *simulator.Context, _ *types.CreatePropertyCollector) soap.HasFault {
	return &methods.CreatePropertyCollectorBody{
		Res: &types.CreatePropertyCollectorResponse{Returnval: ctx.Session.Put(&PropertyCollector{}).Reference()},
	}
}

// DestroyPropertyCollector also ends the feed.
func (pc *PropertyCollector) DestroyPropertyCollector(ctx *simulator.Context, c *types.DestroyPropertyCollector) soap.HasFault {
	pc.CancelWaitForUpdates(nil)
	pc.mu.Lock()
	if pc.feed != nil {
		pc.feed.close()
	}
	pc.mu.Unlock()
	return pc.PropertyCollector.DestroyPropertyCollector(ctx, c)
}

// RetrievePropertiesEx answers a page, with a token where there is more.
func (pc *PropertyCollector) RetrievePropertiesEx(ctx *simulator.Context, r *types.RetrievePropertiesEx) soap.HasFault {
	answer := pc.PropertyCollector.RetrievePropertiesEx(ctx, r)
	body, ok := answer.(*methods.RetrievePropertiesExBody)
	if !ok || body.Res == nil || body.Res.Returnval == nil {
		return answer
	}
	body.Res.Returnval.Objects, body.Res.Returnval.Token = pc.page(body.Res.Returnval.Objects, r.Options.MaxObjects)
	return body
}

// ContinueRetrievePropertiesEx answers the next page; its size travels in the token.
func (pc *PropertyCollector) ContinueRetrievePropertiesEx(_ *simulator.Context, r *types.ContinueRetrievePropertiesEx) soap.HasFault {
	pc.mu.Lock()
	rest, known := pc.pages[r.Token]
	delete(pc.pages, r.Token)
	pc.mu.Unlock()
	if !known {
		fault := simulator.Fault("no such token", &types.InvalidArgument{InvalidProperty: "token"})
		return &methods.ContinueRetrievePropertiesExBody{Fault_: fault}
	}
	size, _ := strconv.Atoi(strings.SplitN(r.Token, "/", 2)[0])
	page := types.RetrieveResult{}
	page.Objects, page.Token = pc.page(rest, int32(size))
	return &methods.ContinueRetrievePropertiesExBody{Res: &types.ContinueRetrievePropertiesExResponse{Returnval: page}}
}

// CancelRetrievePropertiesEx forgets the rest of a list.
func (pc *PropertyCollector) CancelRetrievePropertiesEx(_ *simulator.Context, r *types.CancelRetrievePropertiesEx) soap.HasFault {
	pc.mu.Lock()
	delete(pc.pages, r.Token)
	pc.mu.Unlock()
	return &methods.CancelRetrievePropertiesExBody{Res: &types.CancelRetrievePropertiesExResponse{}}
}

func (pc *PropertyCollector) page(objects []types.ObjectContent, size int32) ([]types.ObjectContent, string) {
	if size <= 0 || len(objects) <= int(size) {
		return objects, ""
	}
	token := fmt.Sprintf("%d/%s", size, uuid.New())
	pc.mu.Lock()
	defer pc.mu.Unlock()
	if pc.pages == nil {
		pc.pages = map[string][]types.ObjectContent{}
	}
	pc.pages[token] = objects[size:]
	return objects[:size], token
}

// CancelWaitForUpdates ends a wait of this collector.
func (pc *PropertyCollector) CancelWaitForUpdates(*types.CancelWaitForUpdates) soap.HasFault {
	pc.mu.Lock()
	if pc.cancel != nil {
		pc.cancel()
	}
	pc.mu.Unlock()
	return &methods.CancelWaitForUpdatesBody{Res: new(types.CancelWaitForUpdatesResponse)}
}

// WaitForUpdatesEx gives what changed since the version, waiting for it where there is nothing yet.
func (pc *PropertyCollector) WaitForUpdatesEx(ctx *simulator.Context, r *types.WaitForUpdatesEx) soap.HasFault {
	body := &methods.WaitForUpdatesExBody{}
	options := types.WaitOptions{}
	if r.Options != nil {
		options = *r.Options
	}
	wait, cancel := context.WithCancel(context.Background())
	defer cancel()
	if options.MaxWaitSeconds != nil {
		wait, cancel = context.WithTimeout(wait, time.Duration(*options.MaxWaitSeconds)*time.Second)
		defer cancel()
	}
	pc.mu.Lock()
	pc.cancel = cancel
	if r.Version == "" || pc.feed == nil {
		pc.members, pc.queue = map[types.ManagedObjectReference]map[types.ManagedObjectReference]bool{}, nil
		if pc.feed != nil {
			pc.feed.close()
		}
		if r.Version == "" {
			pc.feed = openFeed()
		}
	}
	lost := pc.feed == nil || pc.feed.isLost() || (r.Version != "" && r.Version != strconv.Itoa(pc.version))
	pc.mu.Unlock()
	if lost {
		body.Fault_ = simulator.Fault("", &types.InvalidCollectorVersion{})
		return body
	}
	for {
		if err := pc.gather(ctx); err != nil {
			body.Fault_ = simulator.Fault("", err)
			return body
		}
		if set := pc.take(options.MaxObjectUpdates); set != nil || r.Version == "" {
			if set == nil {
				set = &types.UpdateSet{}
			}
			pc.version++
			set.Version = strconv.Itoa(pc.version)
			body.Res = &types.WaitForUpdatesExResponse{Returnval: set}
			return body
		}
		select {
		case <-pc.feed.news:
			time.Sleep(20 * time.Millisecond) // the rest of the same change follows
		case <-wait.Done():
			if wait.Err() == context.Canceled {
				body.Fault_ = simulator.Fault("", &types.RequestCanceled{})
				return body
			}
			body.Res = &types.WaitForUpdatesExResponse{}
			return body
		}
		if pc.feed.isLost() {
			body.Fault_ = simulator.Fault("", &types.InvalidCollectorVersion{})
			return body
		}
	}
}

// take gives at most so many object updates of those that are queued.
func (pc *PropertyCollector) take(limit int32) *types.UpdateSet {
	set, left := &types.UpdateSet{}, int(limit)
	for len(pc.queue) > 0 && (limit <= 0 || left > 0) {
		next := &pc.queue[0]
		count := len(next.ObjectSet)
		if limit > 0 && count > left {
			count = left
		}
		set.FilterSet = append(set.FilterSet, types.PropertyFilterUpdate{Filter: next.Filter, ObjectSet: next.ObjectSet[:count]})
		left -= count
		if next.ObjectSet = next.ObjectSet[count:]; len(next.ObjectSet) == 0 {
			pc.queue = pc.queue[1:]
		}
	}
	if len(set.FilterSet) == 0 {
		return nil
	}
	if len(pc.queue) > 0 {
		set.Truncated = new(bool)
		*set.Truncated = true
	}
	return set
}

// gather turns what the feed noted into updates of each filter.
func (pc *PropertyCollector) gather(ctx *simulator.Context) types.BaseMethodFault {
	noted, order, structure := pc.feed.drain()
	for _, ref := range pc.Filter {
		filter, ok := ctx.Session.Get(ref).(*simulator.PropertyFilter)
		if !ok {
			continue
		}
		known, seen := pc.members[ref]
		update := types.PropertyFilterUpdate{Filter: ref}
		for _, obj := range order {
			change := noted[obj]
			if !known[obj] {
				continue
			}
			if change.left {
				delete(known, obj)
				update.ObjectSet = append(update.ObjectSet, types.ObjectUpdate{Kind: types.ObjectUpdateKindLeave, Obj: obj})
			} else if set := pc.modified(ctx, filter.Spec, obj, change.names); len(set) > 0 {
				update.ObjectSet = append(update.ObjectSet, types.ObjectUpdate{
					Kind: types.ObjectUpdateKindModify, Obj: obj, ChangeSet: set,
				})
			}
		}
		if !seen || structure {
			entered, fault := pc.entered(ctx, filter.Spec, known)
			if fault != nil {
				return fault
			}
			if !seen {
				known = map[types.ManagedObjectReference]bool{}
				pc.members[ref] = known
			}
			for _, object := range entered {
				known[object.Obj] = true
				update.ObjectSet = append(update.ObjectSet, types.ObjectUpdate{
					Kind: types.ObjectUpdateKindEnter, Obj: object.Obj, ChangeSet: assigned(object.PropSet),
				})
			}
		}
		if len(update.ObjectSet) > 0 {
			pc.queue = append(pc.queue, update)
		}
	}
	return nil
}

// entered are the objects that the filter selects and did not before.
func (pc *PropertyCollector) entered(
	ctx *simulator.Context, spec types.PropertyFilterSpec, known map[types.ManagedObjectReference]bool,
) ([]types.ObjectContent, types.BaseMethodFault) {
	bare := spec
	if known != nil {
		bare.PropSet = make([]types.PropertySpec, len(spec.PropSet))
		for i, set := range spec.PropSet {
			bare.PropSet[i] = types.PropertySpec{Type: set.Type}
		}
	}
	objects, fault := pc.collect(ctx, bare)
	if fault != nil || known == nil {
		return objects, fault
	}
	var fresh []types.ObjectSpec
	for _, object := range objects {
		if !known[object.Obj] {
			fresh = append(fresh, types.ObjectSpec{Obj: object.Obj})
		}
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	missing := true
	return pc.collect(ctx, types.PropertyFilterSpec{
		PropSet: spec.PropSet, ObjectSet: fresh, ReportMissingObjectsInResults: &missing,
	})
}

// modified are the values of those paths that a change touches.
func (pc *PropertyCollector) modified(
	ctx *simulator.Context, spec types.PropertyFilterSpec, obj types.ManagedObjectReference, names map[string]bool,
) []types.PropertyChange {
	var sets []types.PropertySpec
	wanted := []string{}
	for _, set := range spec.PropSet {
		if set.Type != obj.Type && set.Type != "ManagedEntity" && set.Type != bases[obj.Type] {
			continue
		}
		paths := []string{}
		for _, path := range set.PathSet {
			for name := range names {
				if name == path || strings.HasPrefix(name, path+".") || strings.HasPrefix(path, name+".") {
					paths = append(paths, path)
					break
				}
			}
		}
		if len(paths) > 0 {
			sets = append(sets, types.PropertySpec{Type: set.Type, PathSet: paths})
			wanted = append(wanted, paths...)
		}
	}
	if len(sets) == 0 {
		return nil
	}
	objects, fault := pc.collect(ctx, types.PropertyFilterSpec{PropSet: sets, ObjectSet: []types.ObjectSpec{{Obj: obj}}})
	if fault != nil || len(objects) == 0 {
		return nil
	}
	changes := assigned(objects[0].PropSet)
	for _, path := range wanted {
		unset := true
		for _, change := range changes {
			unset = unset && change.Name != path
		}
		if unset {
			changes = append(changes, types.PropertyChange{Name: path, Op: types.PropertyChangeOpRemove})
		}
	}
	return changes
}

// bases are the types that a specification may name for an object of a narrower one.
var bases = map[string]string{
	"DistributedVirtualPortgroup": "Network",
	"OpaqueNetwork":               "Network",
	"ClusterComputeResource":      "ComputeResource",
}

func (pc *PropertyCollector) collect(
	ctx *simulator.Context, spec types.PropertyFilterSpec,
) ([]types.ObjectContent, types.BaseMethodFault) {
	answer := pc.PropertyCollector.RetrievePropertiesEx(ctx, &types.RetrievePropertiesEx{SpecSet: []types.PropertyFilterSpec{spec}})
	body := answer.(*methods.RetrievePropertiesExBody)
	if body.Fault_ != nil {
		fault, _ := body.Fault_.VimFault().(types.BaseMethodFault)
		return nil, fault
	}
	return body.Res.Returnval.Objects, nil
}

func assigned(properties []types.DynamicProperty) []types.PropertyChange {
	changes := make([]types.PropertyChange, len(properties))
	for i, property := range properties {
		changes[i] = types.PropertyChange{Name: property.Name, Op: types.PropertyChangeOpAssign, Val: property.Val}
	}
	return changes
}
