package sandbox

var french = map[string]string{
	"strip": "Bac à sable\u00a0: aucun argent réel ne circule.",

	"pay.title": "Payer {seller}", "pay.button": "Payer {amount}", "pay.button.book": "Réserver pour {amount}", "pay.button.donate": "Donner {amount}",
	"pay.total": "Total", "pay.back": "Retour", "pay.contact": "Coordonnées", "pay.card": "Carte", "pay.ship": "Adresse de livraison", "pay.bill": "Adresse de facturation",
	"pay.summary": "Votre commande", "pay.tests": "Cartes de test", "pay.tests.about": "Un clic remplit la carte. Payez ensuite.",
	"pay.problems": "Quelques points à revoir", "pay.declined": "Le paiement n’a pas abouti",

	"field.email": "E-mail", "field.number": "Numéro de carte", "field.expiry": "Expiration (MM / AA)", "field.cvc": "Code de sécurité", "field.card_name": "Nom sur la carte",
	"field.phone": "Téléphone", "field.address_line1": "Adresse", "field.address_line2": "Complément d’adresse (facultatif)", "field.postal_code": "Code postal",
	"field.city": "Ville", "field.state": "État ou région (facultatif)", "field.country": "Pays", "field.choose": "Choisir",
	"field.tos": "J’accepte les conditions de vente du vendeur.",

	"problem.required": "À remplir.", "problem.number": "Ce numéro de carte est incomplet ou contient une erreur.",
	"problem.test_card": "Ce n’est pas une carte de test. Les vraies cartes n’ont rien à faire ici\u00a0: choisissez une des cartes de test ci-dessous.",
	"problem.expiry":    "Écrivez la date comme sur la carte, par exemple 12 / 28.", "problem.past": "Cette date est passée.",
	"problem.cvc": "Le code a 3 chiffres (4 pour American Express).", "problem.email": "Écrivez une adresse e-mail comme ada@example.com.",
	"problem.phone": "Écrivez un numéro de téléphone avec son indicatif.", "problem.terms": "Acceptez les conditions pour continuer.", "problem.country": "Choisissez un pays de la liste.",
	"problem.dob": "Écrivez la date en année-mois-jour, par exemple 1901-01-01.", "problem.young": "Il faut avoir au moins 13 ans.",
	"problem.website": "Écrivez l’adresse complète, à partir de https://", "problem.bank": "Un numéro de compte a de 6 à 34 caractères.",

	"declined.card_declined": "Votre carte a été refusée. Essayez une autre carte.", "declined.insufficient_funds": "Les fonds de votre carte sont insuffisants. Essayez une autre carte.",
	"declined.expired_card": "Votre carte a expiré. Essayez une autre carte.", "declined.incorrect_cvc": "Le code de sécurité de votre carte est incorrect.",
	"declined.processing_error":                      "Une erreur est survenue pendant le traitement de votre carte. Réessayez dans un instant.",
	"declined.payment_intent_authentication_failure": "Nous n’avons pas pu authentifier votre moyen de paiement. Choisissez-en un autre et réessayez.",

	"cards.pay": "Elles paient", "cards.secure": "La banque demande d’abord (3-D Secure)", "cards.decline": "Elles sont refusées", "cards.later": "Elles paient, puis quelque chose arrive",
	"card.pays": "Visa", "card.pays_mastercard": "Mastercard", "card.pays_amex": "American Express",
	"card.secure_new": "demande, sauf si enregistrée", "card.secure_always": "demande toujours", "card.secure_poor": "demande, puis fonds insuffisants",
	"card.declined": "refusée", "card.poor": "fonds insuffisants", "card.lost": "perdue", "card.stolen": "volée", "card.expired": "expirée",
	"card.cvc": "mauvais code de sécurité", "card.processing": "erreur de traitement", "card.saves": "s’enregistre, ne se débite pas",
	"card.refund_pending": "le remboursement prend du temps", "card.refund_fails": "le remboursement revient", "card.dispute_fraud": "contestée pour fraude",
	"card.dispute_not_received": "contestée pour non-réception", "card.inquiry": "la banque se renseigne", "card.warning": "alerte précoce de fraude", "card.review": "quelqu’un l’examine",

	"check.title": "Votre banque demande", "check.text": "Est-ce bien vous qui payez {amount} avec la carte se terminant par {last4}\u202f?", "check.yes": "Confirmer\u00a0: c’est moi", "check.no": "Refuser\u00a0: ce n’est pas moi",
	"check.about":      "Une vraie banque vous le demanderait dans son application, ou vous enverrait un code.",
	"check.over.title": "Rien à confirmer", "check.over.text": "Ce paiement n’attend plus votre banque.",
	"check.done.title": "Merci", "check.done.text": "Votre réponse est enregistrée. Vous pouvez fermer cette page.",

	"session.complete.title": "C’est déjà payé", "session.complete.text": "Le paiement a déjà abouti\u00a0; rien n’a été débité deux fois.", "session.complete.link": "Continuer",
	"session.expired.title": "Cette page a expiré", "session.expired.text": "Le délai pour payer est passé, et rien n’a été débité.", "session.expired.link": "Retour chez le vendeur",
	"missing.title": "Il n’y a rien ici", "missing.text": "L’adresse est peut-être mal écrite, ou ce qui était ici n’y est plus.", "missing.link": "Vers la page de l’opérateur",
	"broken.title": "Cela n’a pas marché", "broken.text": "Le bac à sable a rencontré un problème. Revenez en arrière et réessayez.",
	"link.over.title": "Ce lien a déjà servi", "link.over.text": "Il s’ouvre une fois, et quelques minutes seulement. Demandez-en un nouveau là où vous l’avez eu.",

	"onboarding.title": "Soyez payé", "onboarding.you": "votre boutique", "onboarding.step": "Étape {step} sur 3", "onboarding.1": "Votre activité", "onboarding.2": "Vous", "onboarding.3": "Votre banque",
	"onboarding.next": "Continuer", "onboarding.submit": "Envoyer", "onboarding.later": "Enregistrer et finir plus tard", "onboarding.previous": "Étape précédente",
	"onboarding.for": "Pour {name}", "onboarding.tests": "Valeurs de test", "onboarding.good": "Utiliser des valeurs de test qui passent", "onboarding.poor": "Utiliser des valeurs de test qui restent incomplètes",
	"onboarding.tests.about": "Un clic remplit les trois étapes et les envoie.", "onboarding.errors": "Ceci n’a pas pu être vérifié",
	"field.business_type": "Type d’activité", "field.name": "Nom de l’activité", "field.website": "Site web", "field.first_name": "Prénom", "field.last_name": "Nom",
	"field.dob": "Date de naissance", "field.line1": "Adresse", "field.id_number": "Numéro d’identité", "field.bank": "Compte bancaire", "field.document": "Je remets le document demandé (simulation : aucun fichier n’est envoyé)", "hint.document": "", "field.terms": "J’accepte les conditions du service de paiement.",
	"hint.dob": "Année-mois-jour. 1901-01-01 passe.", "hint.line1": "address_full_match passe\u00a0; address_no_match ne passe pas.",
	"hint.id_number": "000000000 passe\u00a0; 111111111 ne correspond pas.", "hint.bank": "000123456789 reçoit les virements\u00a0; 000111111113 est fermé\u00a0; 000111111116 n’existe pas.",
	"hint.website": "Ou votre page sur un réseau social.", "hint.business_type": "", "hint.name": "", "hint.first_name": "", "hint.last_name": "", "hint.postal_code": "", "hint.city": "", "hint.terms": "",
	"type.individual": "Une personne", "type.company": "Une société", "type.non_profit": "Une association",
	"mismatch.verification_document_address_mismatch": "L’adresse n’a pas pu être vérifiée. Corrigez-la à l’étape 2.",
	"mismatch.verification_failed_id_number_match":    "Le numéro d’identité ne correspond pas au nom. Corrigez-le à l’étape 2.",
	"express.title":     "Votre solde",
	"express.available": "Disponible", "express.pending": "En chemin", "express.ledger": "Dernières écritures", "express.none": "Rien n’est encore arrivé.",
	"express.date": "Date (UTC)", "express.kind": "Quoi", "express.amount": "Montant", "express.net": "Net",
	"ledger.payment": "Paiement", "ledger.payment_refund": "Remboursement", "ledger.adjustment": "Ajustement", "ledger.payout_failure": "Virement refusé", "ledger.payout_cancel": "Virement annulé", "ledger.payout": "Virement", "ledger.charge": "Paiement", "ledger.transfer": "Transfert",
}
