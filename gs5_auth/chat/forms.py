"""The form of a new account."""

from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserCreationForm

User = get_user_model()


class SignupForm(UserCreationForm):
    """Asks for what the user model in use needs; for Django's own that is a name, and
    an address for a forgotten password.
    """

    class Meta(UserCreationForm.Meta):
        model = User
        fields = [User.USERNAME_FIELD, *User.REQUIRED_FIELDS]
        help_texts = {
            getattr(User, "EMAIL_FIELD", "email"): "If you forget your password, a "
            "link to set another is sent here."
        }
