"""Addresses of a person's own account, and of the demonstration's sign-in."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("me/preferences", views.preferences, name="preferences"),
    path("demo/<slug:role>", views.demo_sign_in, name="demo-sign-in"),
]
