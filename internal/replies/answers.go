package replies

import "github.com/vondi-global/notifications/internal/notify"

// answer is what the bot says to somebody who pressed Start. They are no messages of the
// catalogue: nobody may be known yet, and the language is that of their Telegram.
type answer int

const (
	helpAnswer answer = iota
	linkedAnswer
	oldAnswer
	strangeAnswer
)

// in says it in a language; in Serbian where nothing is known of the reader.
func (a answer) in(locale string) string {
	switch locale {
	case notify.English:
		return [...]string{
			"Hello! To get your messages here, open the Telegram link at the end of one of our emails.",
			"Done: your messages come here, too. Write /stop to end them.",
			"This link has been used or is too old. Open the one in a newer email.",
			"This link doesn't work here. Open the one at the end of one of our emails.",
		}[a]
	case notify.Russian:
		return [...]string{
			"Здравствуйте! Чтобы получать сообщения здесь, откройте ссылку на Telegram в конце любого нашего письма.",
			"Готово: сообщения будут приходить и сюда. Напишите /stop, чтобы остановить их.",
			"Эта ссылка уже использована или устарела. Откройте ссылку из более нового письма.",
			"Эта ссылка здесь не работает. Откройте ссылку в конце любого нашего письма.",
		}[a]
	case notify.SerbianCyrillic:
		return [...]string{
			"Здраво! Да бисте поруке добијали овде, отворите Telegram линк на крају неког нашег имејла.",
			"Готово: поруке ће стизати и овде. Напишите /stop да их зауставите.",
			"Овај линк је већ искоришћен или је застарео. Отворите линк из новијег имејла.",
			"Овај линк овде не важи. Отворите линк на крају неког нашег имејла.",
		}[a]
	}
	return [...]string{
		"Zdravo! Da biste poruke dobijali ovde, otvorite Telegram link na kraju nekog našeg imejla.",
		"Gotovo: poruke će stizati i ovde. Napišite /stop da ih zaustavite.",
		"Ovaj link je već iskorišćen ili je zastareo. Otvorite link iz novijeg imejla.",
		"Ovaj link ovde ne važi. Otvorite link na kraju nekog našeg imejla.",
	}[a]
}
