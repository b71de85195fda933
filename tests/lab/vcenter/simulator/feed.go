package main

import (
	"context"
	"encoding/json"
	"regexp"
	"sync"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// feed notes what the registry tells of, until its collector asks.
type feed struct {
	ref       types.ManagedObjectReference
	news      chan struct{}
	mu        sync.Mutex
	noted     map[types.ManagedObjectReference]*note
	order     []types.ManagedObjectReference
	structure bool
	lost      bool
}

// note is what is known of one object's change.
type note struct {
	names map[string]bool
	left  bool
}

var feeds sync.Map // reference -> *feed

func openFeed() *feed {
	opened := &feed{
		ref:   types.ManagedObjectReference{Type: "LabFeed", Value: uuid.New().String()},
		news:  make(chan struct{}, 1),
		noted: map[types.ManagedObjectReference]*note{},
	}
	feeds.Store(opened.ref, opened)
	simulator.Map.AddHandler(opened)
	return opened
}

func (f *feed) close() {
	simulator.Map.RemoveHandler(f)
	feeds.Delete(f.ref)
}

// Reference is the feed's own: the library tells its listeners apart by it.
func (f *feed) Reference() types.ManagedObjectReference { return f.ref }

// PutObject is told of a new object, and of one that moved.
func (f *feed) PutObject(object mo.Reference) {
	if ref := object.Reference(); ref.Type != "Task" {
		f.tell(ref, func(change *note) {
			// What left and came back has moved, and is told as that.
			change.left = false
			change.names["parent"] = true
			f.structure = true
		})
	}
}

// UpdateObject is told of changed properties.
func (f *feed) UpdateObject(object mo.Reference, changes []types.PropertyChange) {
	f.tell(object.Reference(), func(change *note) {
		for _, one := range changes {
			change.names[one.Name] = true
		}
		f.structure = f.structure || change.names["view"]
	})
}

// RemoveObject is told of what is gone, and of what is about to move.
func (f *feed) RemoveObject(ref types.ManagedObjectReference) {
	f.tell(ref, func(change *note) { change.left = true })
}

func (f *feed) tell(ref types.ManagedObjectReference, add func(*note)) {
	f.mu.Lock()
	change, known := f.noted[ref]
	if !known {
		change = &note{names: map[string]bool{}}
		f.noted[ref] = change
		f.order = append(f.order, ref)
	}
	add(change)
	f.mu.Unlock()
	f.wake()
}

func (f *feed) wake() {
	select {
	case f.news <- struct{}{}:
	default:
	}
}

func (f *feed) drain() (map[types.ManagedObjectReference]*note, []types.ManagedObjectReference, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	noted, order, structure := f.noted, f.order, f.structure
	f.noted, f.order, f.structure = map[types.ManagedObjectReference]*note{}, nil, false
	return noted, order, structure
}

func (f *feed) isLost() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lost
}

func eachFeed(act func(*feed)) int {
	count := 0
	feeds.Range(func(_, value interface{}) bool {
		act(value.(*feed))
		count++
		return true
	})
	return count
}

func tellFeeds(ref types.ManagedObjectReference, changes []types.PropertyChange) {
	eachFeed(func(f *feed) { f.UpdateObject(ref, changes) })
}

// loseFeeds makes every feed's next answer say that it has lost track.
func loseFeeds() int {
	return eachFeed(func(f *feed) {
		f.mu.Lock()
		f.lost = true
		f.mu.Unlock()
		f.wake()
	})
}

// spuriousLeaves lets feeds say that living VMs have left: {"name": "pattern"}.
func spuriousLeaves(body []byte) (interface{}, error) {
	var wanted struct{ Name string }
	if err := json.Unmarshal(body, &wanted); err != nil {
		return nil, err
	}
	pattern, err := regexp.Compile(wanted.Name)
	if err != nil {
		return nil, err
	}
	left := 0
	for _, entity := range simulator.Map.All("VirtualMachine") {
		if pattern.MatchString(nameOf(entity)) {
			eachFeed(func(f *feed) { f.RemoveObject(entity.Reference()) })
			left++
		}
	}
	return left, nil
}

// labSession is one that no client has: through it the manager shows all others.
func labSession() *simulator.Session {
	session := &simulator.Session{Registry: simulator.NewRegistry()}
	session.Key = "lab"
	return session
}

func sessionKeys() []string {
	keys := []string{}
	manager := simulator.Map.SessionManager().Reference()
	for _, one := range labSession().Get(manager).(*simulator.SessionManager).SessionList {
		keys = append(keys, one.Key)
	}
	return keys
}

// expireSessions ends every session, and with them their views, filters and feeds.
func expireSessions() error {
	manager := simulator.Map.SessionManager()
	ctx := &simulator.Context{Context: context.Background(), Session: labSession(), Map: simulator.Map}
	manager.TerminateSession(ctx, &types.TerminateSession{This: manager.Self, SessionId: sessionKeys()})
	eachFeed(func(f *feed) {
		f.mu.Lock()
		f.lost = true
		f.mu.Unlock()
		f.wake()
		f.close()
	})
	return nil
}
