package smpp

import (
	"errors"
	"fmt"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

var (
	errClosed  = errors.New("the sender is closed")
	errUnbound = errors.New("the link broke and is not bound again yet")
)

// throttleWait is how long to wait after "throttled": SMPP can't say.
const throttleWait = 2 * time.Second

// fault is what a command status means (SMPP 3.4, 5.1.3). What a centre has made up for
// itself (0x400 and above) may pass: Temporary.
func fault(status data.CommandStatusType) notify.Fault {
	switch status {
	case data.ESME_RTHROTTLED, data.ESME_RMSGQFUL:
		return notify.Throttled
	case data.ESME_RINVDSTADR:
		return notify.Unreachable
	case data.ESME_RBINDFAIL, data.ESME_RINVPASWD, data.ESME_RINVSYSID, data.ESME_RALYBND, data.ESME_RINVSYSTYP,
		data.ESME_RPROVNOTALLWD, data.ESME_RINVSERTYP, data.ESME_RINVCMDID,
		data.ESME_RINVSRCADR, data.ESME_RINVSRCTON, data.ESME_RINVSRCNPI, data.ESME_RINVDSTTON, data.ESME_RINVDSTNPI:
		return notify.Misconfigured
	case data.ESME_RINVMSGLEN, data.ESME_RINVCMDLEN, data.ESME_RINVESMCLASS, data.ESME_RINVPRTFLG, data.ESME_RINVREGDLVFLG,
		data.ESME_RINVSCHED, data.ESME_RINVEXPIRY, data.ESME_RINVDFTMSGID, data.ESME_RX_P_APPN, data.ESME_RX_R_APPN:
		return notify.Rejected
	default:
		return notify.Temporary
	}
}

func refusal(status data.CommandStatusType) error {
	f := fault(status)
	se := channels.Refused(provider, f, fmt.Sprintf("0x%02x", int32(status)), status.Desc())
	if f == notify.Throttled {
		se.RetryAfter = throttleWait
	}
	return se
}

// bindRefusal tells a centre that doesn't want us from one that isn't there.
func bindRefusal(err error, hide ...string) error {
	if be, ok := errors.AsType[gosmpp.BindError](err); ok {
		return refusal(be.CommandStatus)
	}
	return channels.Lost(provider, err, false, hide...)
}
