"""Addresses of a person's own account, and of the demonstration's sign-in."""

from django.urls import path

from accounts import program_views, views

urlpatterns = [
    # Around allauth's views of the same addresses.
    path("identity/o/authorize", program_views.authorize, name="program-authorize"),
    path("identity/o/api/clients", program_views.register, name="program-register"),
    path("me/programs", program_views.programs, name="programs"),
    path(
        "me/programs/<str:client_id>/disconnect",
        program_views.program_disconnect,
        name="program-disconnect",
    ),
    path("me/preferences", views.preferences, name="preferences"),
    path("demo/<slug:role>", views.demo_sign_in, name="demo-sign-in"),
]
