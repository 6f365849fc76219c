package notify

import "testing"

func TestLocaleMapsTagsToOurLanguages(t *testing.T) {
	for tag, want := range map[string]string{
		"": "", " ": "", "sr": SerbianLatin, "sr-RS": SerbianLatin, "SR_rs": SerbianLatin, "sr-Latn-ME": SerbianLatin,
		"sr-Cyrl": SerbianCyrillic, "sr-Cyrl-BA": SerbianCyrillic, "sr_RS@cyrillic": SerbianCyrillic, "sr@latin": SerbianLatin,
		"hr": SerbianLatin, "bs-BA": SerbianLatin, "cnr": SerbianLatin, "me": SerbianLatin, "sh": SerbianLatin,
		"ru": Russian, "ru-RU": Russian, "be": Russian, "kk": Russian, "uk": Russian,
		"en": English, "en-GB": English, "de": English, "zh-Hans": English, "???": English,
	} {
		if got := Locale(tag); got != want {
			t.Errorf("Locale(%q) = %q, want %q", tag, got, want)
		}
	}
}
