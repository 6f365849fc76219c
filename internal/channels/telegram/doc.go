// Package telegram sends messages by a bot of the Bot API, and hears what people do with it.
//
// [Sender] knows sendMessage. The library's bot is made as a literal, since its constructor
// asks the server at once and a daemon must start while Telegram is down; its HTTP client is
// a seam through which each call gets its context, its errors lose the token, and an answer
// that isn't JSON keeps its status. The Bot API has no idempotency key: a message whose
// answer was lost is [notify.Unknown] and may come twice.
//
// [ParseUpdate] reads what the bot hears (/start with a linking token, /stop, being blocked).
// Updates come by a webhook ([Webhook]) or, where there is one replica, by a [Poller].
package telegram
