SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.keyfact (
    name text NOT NULL,
    value bigint NOT NULL
);
CREATE SEQUENCE public.keynumber
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.wrappedkey (
    id bigint NOT NULL,
    organisation bigint NOT NULL,
    scope bigint NOT NULL,
    subject bigint NOT NULL,
    slot bytea NOT NULL,
    destroyed bigint,
    CONSTRAINT wrappedkey_slot_check CHECK ((length(slot) = 69))
);
INSERT INTO public.keyfact VALUES ('shape', 1);
INSERT INTO public.keyfact VALUES ('destructions', 0);
INSERT INTO public.keyfact VALUES ('master', -1016950835453784720);
INSERT INTO public.wrappedkey VALUES (1882542154186753, 0, 0, 0, '\x01f1e3109a6abd8d708949a0a2ce31377d034231bb076aa86bc77406e6e0346fbabb915eaf289e6982ec3e0358b4d1dc80ac8c8253bbcda5bf622cc5e10dd33c2e11034025', NULL);
INSERT INTO public.wrappedkey VALUES (1882542154186754, 1, 0, 0, '\x01f1e3109a6abd8d7081e2dd6795f1c5cfd4124405c8a7eb02baa607e4d46cfb059fdc040cb9e01487708ff3cb2e351188daed9ad05dd32025961ad703728c1727a3a69040', NULL);
INSERT INTO public.wrappedkey VALUES (1882542154186755, 1, 2, 1, '\x010006b029806000023f9bc6700cd9806680cebd4405c325ad7cc672fc949cfcae598be6115904516fdb75ecd35d7cb2a54d487e564e03b6727af8de0f1d7b7c5dcc730b4a', NULL);
INSERT INTO public.wrappedkey VALUES (1882542154186756, 1, 1, 1, '\x010006b029806000023d7c8dcd293d428d32b5c4334e153e3c9cbe4416f1f98985f642502c8c3bbb6d47e3f699c0a7e13331c22cef4ee66ae2d1e90ca31f46c47cc55fec31', NULL);
INSERT INTO public.wrappedkey VALUES (1882542154186757, 1, 1, 2, '\x010006b029806000021bac01b971ec1cb32602c11d47735e689b95ca8f478873565f9a5d1d375b84c9756f9d28919c28f1f9cfd2aef50e95b37ab1fb32c3dee05fb5958c6d', NULL);
INSERT INTO public.wrappedkey VALUES (1882542154186758, 1, 1, 3, '\x010006b029806000022b7eb2dd64d8f019f7529cd56fca319adef1bf2d044406dd18ccdc695ae84c41f205f774a9fa34b815f8a21dad140e30cbfdefa2e648ea33a2d5150c', NULL);
SELECT pg_catalog.setval('public.keynumber', 1882542154186758, true);
ALTER TABLE ONLY public.keyfact
    ADD CONSTRAINT keyfact_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.wrappedkey
    ADD CONSTRAINT wrappedkey_organisation_scope_subject_key UNIQUE (organisation, scope, subject);
ALTER TABLE ONLY public.wrappedkey
    ADD CONSTRAINT wrappedkey_pkey PRIMARY KEY (id);
CREATE INDEX keybydestruction ON public.wrappedkey USING btree (destroyed) WHERE (destroyed IS NOT NULL);
CREATE INDEX organisationkey ON public.wrappedkey USING btree (id) WHERE (scope = 0);
