package sandbox

var mEnglish = map[string]string{
	"m.strip": "Sandbox: this server is on your machine. Nothing here is on a real Mastodon, and no real money moves.",
	"m.title": "Local Mastodon", "m.brand": "Mastodon", "m.label": "Write a post", "m.visibility": "For", "m.public": "everybody", "m.direct": "those it names alone",
	"m.boost.label": "Boost the post of {who}, {n} so far", "m.favourite.label": "Favour the post of {who}, {n} so far",
	"m.none": "Nobody has posted yet. Write the first post, or let your shop do it.", "m.problem.long": "This post is too long: 500 characters at most, a link counts as 23.",
	"m.faults": "Make answers of the API fail", "m.faults.next": "The next answers", "m.faults.count": "How many", "m.faults.only": "To requests with this in them", "m.faults.set": "Set",
	"m.scope.read": "read your posts and what is written to you", "m.scope.read:accounts": "see your name and your page", "m.scope.read:statuses": "read your posts and what answers them",
	"m.scope.read:notifications": "read what is written to you", "m.scope.read:search": "search as you", "m.scope.write": "post, reply and delete as you", "m.scope.write:statuses": "post, reply and delete as you",
	"m.scope.write:media": "add pictures to posts", "m.scope.profile": "see your name and your page",
}

var mFrench = map[string]string{
	"m.strip": "Bac à sable : ce serveur est sur votre machine. Rien n’y est sur un vrai Mastodon, et aucun argent réel ne circule.",
	"m.title": "Mastodon local", "m.brand": "Mastodon", "m.label": "Écrire un message", "m.visibility": "Pour", "m.public": "tout le monde", "m.direct": "ceux qu’il nomme seulement",
	"m.boost.label": "Partager le message de {who}, {n} jusqu’ici", "m.favourite.label": "Mettre en favori le message de {who}, {n} jusqu’ici",
	"m.none": "Personne n’a encore rien écrit. Écrivez le premier message, ou laissez faire votre boutique.", "m.problem.long": "Ce message est trop long : 500 caractères au plus, un lien compte pour 23.",
	"m.faults": "Faire échouer des réponses de l’API", "m.faults.next": "Les prochaines réponses", "m.faults.count": "Combien", "m.faults.only": "Aux requêtes qui contiennent", "m.faults.set": "Régler",
	"m.scope.read": "lire vos messages et ce qu’on vous écrit", "m.scope.read:accounts": "voir votre nom et votre page", "m.scope.read:statuses": "lire vos messages et leurs réponses",
	"m.scope.read:notifications": "lire ce qu’on vous écrit", "m.scope.read:search": "chercher en votre nom", "m.scope.write": "publier, répondre et supprimer en votre nom", "m.scope.write:statuses": "publier, répondre et supprimer en votre nom",
	"m.scope.write:media": "joindre des images aux messages", "m.scope.profile": "voir votre nom et votre page",
}
